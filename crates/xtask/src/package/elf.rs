//! What a binary says of the machine that it runs on.

use std::fmt;

use anyhow::{Context, Result, bail};
use object::Endianness;
use object::elf::{EM_AARCH64, EM_X86_64, FileHeader64, SHT_SYMTAB};
use object::read::elf::{FileHeader, SectionHeader};

use super::Architecture;

/// The C library of `provided.al2023`: <https://docs.aws.amazon.com/linux/al2023/ug/core-glibc.html>.
pub(super) const NEWEST_GLIBC: Glibc = Glibc {
    major: 2,
    minor: 34,
};

/// A version of the C library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Glibc {
    major: u32,
    minor: u32,
}

impl fmt::Display for Glibc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// What matters of a binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Facts {
    machine: u16,
    /// The newest C library that it asks for; `None` when it is linked without one.
    pub(super) glibc: Option<Glibc>,
    stripped: bool,
}

impl Facts {
    /// Reads a 64-bit ELF file.
    pub(super) fn read(binary: &[u8]) -> Result<Self> {
        let header = FileHeader64::<Endianness>::parse(binary).context("is no 64-bit ELF file")?;
        let endian = header.endian().context("has a damaged ELF header")?;
        let sections = header
            .sections(endian, binary)
            .context("has damaged sections")?;
        let mut glibc = None;
        let needs = sections.gnu_verneed(endian, binary);
        if let Some((libraries, link)) = needs.context("has damaged symbol versions")? {
            let strings = sections
                .strings(endian, binary, link)
                .context("has damaged symbol versions")?;
            for library in libraries {
                for version in library?.1 {
                    let name = version?
                        .name(endian, strings)
                        .context("has a nameless symbol version")?;
                    if let Some(name) = name.strip_prefix(b"GLIBC_") {
                        glibc = glibc.max(Some(version_of(name)?));
                    }
                }
            }
        }
        Ok(Self {
            machine: header.e_machine(endian).0,
            glibc,
            stripped: !sections
                .iter()
                .any(|section| section.sh_type(endian) == SHT_SYMTAB),
        })
    }

    /// Refuses what a function of `architecture` could not start.
    pub(super) fn check(&self, architecture: Architecture) -> Result<()> {
        let wanted = match architecture {
            Architecture::Arm64 => EM_AARCH64,
            Architecture::X86_64 => EM_X86_64,
        };
        if self.machine != wanted.0 {
            let built = match self.machine {
                machine if machine == EM_AARCH64.0 => "arm64".to_owned(),
                machine if machine == EM_X86_64.0 => "x86_64".to_owned(),
                other => format!("ELF machine {other}"),
            };
            bail!("is built for {built}, not for {architecture}");
        }
        if let Some(glibc) = self.glibc
            && glibc > NEWEST_GLIBC
        {
            bail!(
                "needs glibc {glibc}, but Lambda's provided.al2023 has {NEWEST_GLIBC}: link it with cargo-lambda's \
                 zig compiler, or on a system that is not newer"
            );
        }
        Ok(())
    }

    /// Refuses symbols that are carried along for nobody.
    pub(super) fn check_stripped(&self) -> Result<()> {
        if !self.stripped {
            bail!("is not stripped: profile `lambda` in Cargo.toml says `strip = true`");
        }
        Ok(())
    }
}

fn version_of(name: &[u8]) -> Result<Glibc> {
    let text = String::from_utf8_lossy(name);
    let mut numbers = text.split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok(Glibc { major, minor }),
        // Such as GLIBC_ABI_DT_RELR, which glibc 2.36 brought.
        _ => bail!("needs GLIBC_{text}, which provided.al2023 may not have"),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::LazyLock;

    use super::*;

    /// Where an ELF header has its machine.
    const MACHINE: usize = 18;

    /// This program, as it looks when it was linked against glibc 2.34.
    static PROGRAM: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let path = std::env::current_exe().expect("a test is a program");
        let binary = std::fs::read(path).expect("a program can be read");
        asking_for(&binary, |minor| minor.min(34))
    });

    /// A real program for `architecture`.
    pub(crate) fn program(architecture: Architecture) -> Vec<u8> {
        let mut binary = PROGRAM.clone();
        let machine = match architecture {
            Architecture::Arm64 => EM_AARCH64,
            Architecture::X86_64 => EM_X86_64,
        };
        binary[MACHINE..MACHINE + 2].copy_from_slice(&machine.0.to_le_bytes());
        binary
    }

    /// The same program with other symbol versions: `GLIBC_2.34` and the like, by their two last digits.
    pub(crate) fn asking_for(binary: &[u8], other: impl Fn(u32) -> u32) -> Vec<u8> {
        const NAME: &[u8] = b"\0GLIBC_2.";
        let mut changed = binary.to_vec();
        let mut at = 0;
        while let Some(zero) = binary[at..].iter().position(|byte| *byte == 0) {
            at += zero;
            let digits = at + NAME.len();
            if binary[at..].starts_with(NAME)
                && let Some([tens, ones, 0]) = binary.get(digits..digits + 3)
            {
                let text = String::from_utf8_lossy(&[*tens, *ones]).into_owned();
                if let Ok(minor) = text.parse() {
                    let digit = |number: u32| b'0' + u8::try_from(number % 10).expect("a digit");
                    let minor = other(minor);
                    changed[digits] = digit(minor / 10);
                    changed[digits + 1] = digit(minor);
                }
            }
            at += 1;
        }
        changed
    }

    fn refusal(binary: &[u8], architecture: Architecture) -> String {
        let facts = Facts::read(binary).expect("an ELF file");
        let refusal = facts.check(architecture).expect_err("it is refused");
        refusal.to_string()
    }

    #[test]
    fn a_program_for_al2023_is_accepted() {
        for architecture in [Architecture::Arm64, Architecture::X86_64] {
            let facts = Facts::read(&program(architecture)).expect("an ELF file");
            assert_eq!(facts.glibc, Some(NEWEST_GLIBC));
            facts.check(architecture).expect("it is accepted");
        }
    }

    #[test]
    fn a_program_that_needs_a_newer_glibc_is_refused() {
        let program = program(Architecture::X86_64);
        for minor in [35, 39] {
            let newer = asking_for(&program, |old| if old == 34 { minor } else { old });
            let said = refusal(&newer, Architecture::X86_64);
            assert!(said.contains(&format!("needs glibc 2.{minor}")), "{said}");
        }
    }

    #[test]
    fn a_program_for_another_architecture_is_refused() {
        let arm = program(Architecture::Arm64);
        assert_eq!(
            refusal(&arm, Architecture::X86_64),
            "is built for arm64, not for x86_64"
        );
        let x86 = program(Architecture::X86_64);
        assert_eq!(
            refusal(&x86, Architecture::Arm64),
            "is built for x86_64, not for arm64"
        );
        let mut riscv = x86;
        riscv[MACHINE..MACHINE + 2].copy_from_slice(&243_u16.to_le_bytes());
        assert_eq!(
            refusal(&riscv, Architecture::Arm64),
            "is built for ELF machine 243, not for arm64"
        );
    }

    #[test]
    fn what_is_no_program_is_refused() {
        assert!(Facts::read(b"#!/bin/sh\nexec true\n").is_err());
        assert!(Facts::read(&program(Architecture::X86_64)[..64]).is_err());
    }

    #[test]
    fn a_version_that_is_no_number_is_refused() {
        assert_eq!(
            version_of(b"2.2.5").expect("three numbers"),
            Glibc { major: 2, minor: 2 }
        );
        assert!(version_of(b"ABI_DT_RELR").is_err());
        assert!(version_of(b"PRIVATE").is_err());
    }

    #[test]
    fn a_program_with_its_symbols_is_not_stripped() {
        let facts = Facts::read(&program(Architecture::X86_64)).expect("an ELF file");
        assert!(facts.check_stripped().is_err());
    }
}
