use std::sync::{Mutex, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::{Error, generate_salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// The memory that hashes are made in, kept from one to the next: as many pieces as hashes were ever made at once.
///
/// An allocator that is given 19 MiB back keeps them for the thread that had them, and the next hash may be made by
/// another one. In the tests that break the shop a server came to 271 MiB that way, and comes to 78 MiB with this. Nor have
/// pages that are kept to be faulted in again.
#[derive(Debug, Default)]
pub(super) struct Memory {
    free: Mutex<Vec<Vec<Block>>>,
}

impl Memory {
    /// The hash of `password` with a salt of its own.
    pub(super) fn hash(&self, password: &[u8], params: &Params) -> Result<PasswordHash, Error> {
        let salt = Salt::new(&generate_salt())?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
        let output = self.fill(&argon2, password, &salt)?;
        Ok(PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(params)?,
            salt: Some(salt),
            hash: Some(output),
        })
    }

    /// Whether `stored` is a hash of `password`, however it was made. Compared in constant time.
    pub(super) fn verify(&self, password: &[u8], stored: &PasswordHash) -> Result<bool, Error> {
        let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
            return Err(Error::EncodingInvalid);
        };
        let version = stored.version.map(Version::try_from).transpose()?;
        let argon2 = Argon2::new(
            Algorithm::try_from(stored.algorithm.as_str())?,
            version.unwrap_or_default(),
            Params::try_from(stored)?,
        );
        Ok(self.fill(&argon2, password, salt)? == *expected)
    }

    fn fill(&self, argon2: &Argon2<'_>, password: &[u8], salt: &[u8]) -> Result<Output, Error> {
        let free = || self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let params = argon2.params();
        let mut output = [0; Output::MAX_LENGTH];
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let output = output.get_mut(..length).ok_or(Error::OutputSize)?;
        let mut blocks = free().pop().unwrap_or_default();
        blocks.resize(blocks.len().max(params.block_count()), Block::new());
        let done = argon2.hash_password_into_with_memory(password, salt, output, &mut blocks);
        free().push(blocks);
        done?;
        Ok(Output::new(output)?)
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::{PasswordHasher, PasswordVerifier};

    use super::*;

    fn params(memory_kib: u32) -> Params {
        Params::new(memory_kib, 2, 1, None).expect("legal parameters")
    }

    #[test]
    fn a_hash_in_used_memory_is_the_one_that_the_library_makes_and_the_other_way_round() {
        let memory = Memory::default();
        for size in [64, 8, 32] {
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params(size));
            let ours = memory
                .hash(b"correct horse", &params(size))
                .expect("a hash");
            assert_eq!(argon2.verify_password(b"correct horse", &ours), Ok(()));
            let theirs = argon2.hash_password(b"correct horse").expect("a hash");
            assert_eq!(memory.verify(b"correct horse", &theirs), Ok(true));
            assert_eq!(memory.verify(b"correct horsf", &theirs), Ok(false));
        }
    }

    #[test]
    fn hashes_that_are_made_one_after_the_other_share_one_piece_whichever_thread_makes_them() {
        let memory = Memory::default();
        for _ in 0..4 {
            std::thread::scope(|threads| {
                threads.spawn(|| memory.hash(b"correct horse", &params(8)).expect("a hash"));
            });
        }
        let pieces = memory.free.into_inner().expect("nobody panicked");
        assert_eq!(pieces.iter().map(Vec::len).collect::<Vec<_>>(), [8]);
    }
}
