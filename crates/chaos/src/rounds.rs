//! In which order blows fall.

use std::collections::BTreeMap;

use crate::faults::Blow;
use crate::random::Random;

/// How many processes are killed before anybody waits for the orders: what one kill left undone meets the next.
const KILLS_IN_A_ROW: usize = 4;

/// Each blow as often as it is to fall, in an order that the seed decides: kills of processes in rows, the others alone.
pub(crate) fn rows(round: &BTreeMap<Blow, u32>, random: &mut Random) -> Vec<Vec<Blow>> {
    let mut rows = Vec::new();
    for (blow, times) in round {
        let all: Vec<Blow> = (0..*times).map(|_| *blow).collect();
        let length = if *blow == Blow::KillProcess {
            KILLS_IN_A_ROW
        } else {
            1
        };
        rows.extend(all.chunks(length).map(<[_]>::to_vec));
    }
    for last in (1..rows.len()).rev() {
        rows.swap(last, random.below(last + 1));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_the_order_of_the_blows_and_none_is_left_out() {
        let round = BTreeMap::from([
            (Blow::KillProcess, 5),
            (Blow::WipeBroker, 1),
            (Blow::KillRedis, 3),
        ]);
        let draw = |seed| rows(&round, &mut Random::new(seed, 0));
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let mut sorted = draw(7);
        sorted.sort();
        let kills = |count| vec![Blow::KillProcess; count];
        let redis = vec![Blow::KillRedis];
        let mut all = vec![
            kills(1),
            kills(4),
            vec![Blow::WipeBroker],
            redis.clone(),
            redis.clone(),
            redis,
        ];
        all.sort();
        assert_eq!(sorted, all);
    }
}
