//! Every target, with bytes that a generator thought of, and with samples that were changed a little.

use proptest::prelude::*;
use velure_fuzz::TARGETS;

/// A sample with some bytes replaced, taken out, repeated or put in.
fn changed() -> impl Strategy<Value = Vec<u8>> {
    let samples: Vec<&str> = TARGETS
        .iter()
        .flat_map(|(_, _, of)| of.iter().copied())
        .collect();
    let edit = (any::<prop::sample::Index>(), 0..6_u8, any::<u8>());
    let edits = prop::collection::vec(edit, 0..8);
    (prop::sample::select(samples), edits).prop_map(|(sample, edits)| {
        let mut bytes = sample.as_bytes().to_vec();
        for (place, what, byte) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = place.index(bytes.len());
            match what {
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, byte),
                3 => bytes.truncate(at),
                4 => bytes.extend_from_within(at..),
                _ => bytes[at] ^= 1 << (byte % 8),
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn nothing_that_anybody_sends_is_read_as_what_it_is_not(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        for (_, target, _) in TARGETS {
            target(&bytes);
        }
    }

    #[test]
    fn nothing_that_is_almost_right_is_read_as_what_it_is_not(bytes in changed()) {
        for (_, target, _) in TARGETS {
            target(&bytes);
        }
    }
}

#[test]
fn every_sample_is_read_by_its_own_target() {
    for (_, target, samples) in TARGETS {
        for sample in samples {
            target(sample.as_bytes());
        }
    }
}
