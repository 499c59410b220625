//! What seeds find, and that they would find it.

use clap::ValueEnum;
use velure_simulator::{Run, Trap, run};

/// In every run of the tests, in four parts that run side by side.
const SEEDS: u64 = 20_000;

fn quarter(part: u64) -> Run {
    let mut sum = Run::default();
    for seed in (part * SEEDS / 4..(part + 1) * SEEDS / 4).map(|seed| seed + 1) {
        match run(seed, None, false) {
            Ok(run) => {
                sum.steps += run.steps;
                sum.orders += run.orders;
                sum.completed += run.completed;
            }
            Err(wrong) => panic!(
                "seed {seed} is wrong at step {}: {}\ncargo run -p velure-simulator -- --from {seed} --seeds 1 --story",
                wrong.step, wrong.what
            ),
        }
    }
    // A simulator in which nothing ever completes, or in which everything does, would find nothing.
    assert!(sum.completed * 10 > sum.orders && sum.completed < sum.orders);
    sum
}

#[test]
fn the_first_five_thousand_seeds_are_right() {
    quarter(0);
}

#[test]
fn the_second_five_thousand_seeds_are_right() {
    quarter(1);
}

#[test]
fn the_third_five_thousand_seeds_are_right() {
    quarter(2);
}

#[test]
fn the_fourth_five_thousand_seeds_are_right() {
    quarter(3);
}

#[test]
fn a_seed_is_the_same_run_every_time() {
    for seed in 1..=50 {
        let (once, again) = (run(seed, None, true), run(seed, None, true));
        assert_eq!(once, again);
    }
    let caught = |seed| run(seed, Some(Trap::KeyPerAttempt), true);
    let first = (1..=2_000).find(|seed| caught(*seed).is_err());
    let first = first.expect("a trap that is caught");
    assert_eq!(caught(first), caught(first));
}

#[test]
fn every_trap_that_can_be_simulated_is_caught() {
    let missed: Vec<Trap> = Trap::ALL
        .into_iter()
        .filter(|trap| (1..=2_000).all(|seed| run(seed, Some(*trap), false).is_ok()))
        .collect();
    assert!(missed.is_empty(), "nobody notices {missed:?}");
}

#[test]
fn every_trap_is_in_the_table_of_traps() {
    let table = include_str!("../../../../docs/TRAPS.md");
    for trap in Trap::ALL {
        let value = trap.to_possible_value().expect("a trap can be named");
        let row = format!("| `--trap {}` |", value.get_name());
        assert!(table.contains(&row), "docs/TRAPS.md has no {row}");
    }
    assert_eq!(table.matches("`--trap ").count(), Trap::ALL.len());
}
