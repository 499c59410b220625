//! The command line: reads inputs, asks the model, prints.

mod changes;
mod load;
mod print;
mod report;
mod table;
mod world;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use velure_cost::answers::{Search, amounts, break_even, budget, compare, order_page, tornado};
use velure_cost::difference::{of_measurements, of_plans};
use velure_cost::model::{Case, VARIANTS, Variant};
use velure_cost::prices::{Catalogue, FreeTier, REGIONS};
use world::Content;

/// What Velure costs, line by line: Lambda against EKS and other ways of running it.
///
/// Prices are dated and graded (cost/prices), resources come from Terraform's plan, times from a measurement of the real
/// programs. Same inputs and seed give the same bytes.
#[derive(Debug, Parser)]
#[command(name = "velure-cost", version)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
    /// Region whose prices count; nothing is ever taken from another
    #[arg(long, global = true, default_value = "us-east-1", value_parser = clap::builder::PossibleValuesParser::new(REGIONS))]
    region: String,
    /// What is subtracted before tiers apply
    #[arg(long, global = true, value_enum, default_value = "none")]
    free_tier: FreeTier,
    /// What stands there: a plan's JSON (`terraform show -json PLANFILE`) or an inventory of one [default: the
    /// inventory of the root's defaults that this program contains]
    #[arg(long, global = true, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Samples of the real programs (`make cost-measure` writes them)
    #[arg(long, global = true, value_name = "FILE", default_value = world::MEASUREMENT)]
    measurement: PathBuf,
    /// Shape of the week: steady, diurnal, flash-sale, weekend-only
    #[arg(long, global = true, default_value = "diurnal")]
    scenario: String,
    /// Requests from browsers in a month
    #[arg(long, global = true, default_value_t = 1_000_000)]
    requests: u64,
    /// Of simulations and draws
    #[arg(long, global = true, default_value_t = 1)]
    seed: u64,
    /// How answers are printed
    #[arg(long, global = true, value_enum, default_value = "markdown")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables for people and documents.
    Markdown,
    /// The same rows for spreadsheets.
    Csv,
    /// Everything, amounts as exact decimal strings.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    Question(Question),
    /// What stands there, from a Terraform plan; an error for a resource without a price rule
    Inventory {
        /// JSON of `terraform show -json PLANFILE`
        plan: PathBuf,
        /// What readers are told of its origin
        #[arg(long, default_value = "a Terraform plan")]
        source: String,
    },
    /// Requests by the clock against a running shop; times count from when each was due
    Load(load::Load),
    /// What changed between two measurements (intervals of the medians) or two plans (lines and dollars) or two
    /// bundles of `load`
    Diff {
        /// A measurement, a plan's JSON, an inventory or a bundle
        before: PathBuf,
        /// Of the same kind
        after: PathBuf,
    },
    /// Every price with its source, date, grade and range
    Prices,
}

/// What needs the whole model.
#[derive(Debug, Subcommand)]
enum Question {
    /// A month of one variant, line by line
    Budget {
        /// Which way of running the shop
        #[arg(value_enum, default_value = "hybrid")]
        variant: Variant,
    },
    /// Every variant over a range of traffic
    Compare {
        /// The least traffic
        #[arg(long, default_value_t = 100_000)]
        from: u64,
        /// The most
        #[arg(long, default_value_t = 1_000_000_000)]
        to: u64,
    },
    /// The traffic from which one variant is cheaper than another, with the band of 5 to 95 draws of a hundred
    Breakeven {
        /// One
        #[arg(value_enum)]
        one: Variant,
        /// The other
        #[arg(value_enum)]
        other: Variant,
        /// Where to look, at least
        #[arg(long, default_value_t = 100_000)]
        from: u64,
        /// Where to look, at most
        #[arg(long, default_value_t = 10_000_000_000)]
        to: u64,
        /// Draws of every price, assumption and sample
        #[arg(long, default_value_t = 200)]
        draws: u32,
    },
    /// What a variant's total depends on most
    Sensitivity {
        /// Which
        #[arg(value_enum, default_value = "hybrid")]
        variant: Variant,
    },
    /// What one order costs, on average and for one more, in every variant
    Order {
        /// What the order page shows in demo mode, as JSON, instead
        #[arg(long)]
        page: bool,
    },
    /// All answers with charts, into a folder: HTML that needs nothing else, SVG, PNG, CSV, Markdown, JSON
    Report {
        /// Whose budget is spelled out
        #[arg(long, value_enum, default_value = "hybrid")]
        variant: Variant,
        /// Where the files go; what is there under the same names is replaced
        #[arg(long, value_name = "FOLDER", default_value = "target/cost")]
        out: PathBuf,
        /// Draws of each break-even
        #[arg(long, default_value_t = 200)]
        draws: u32,
    },
}

/// Answers the question.
pub(crate) fn run(args: &Args) -> Result<()> {
    let text = answer(args)?;
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()) {
        // `velure-cost … | head`: who reads has read enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("the answer cannot be printed"),
    }
}

fn answer(args: &Args) -> Result<String> {
    match &args.command {
        Command::Question(question) => ask(args, question),
        Command::Inventory { plan, source } => json_text(&world::inventory_of(plan, source)?),
        Command::Load(load) => load::run(load, args.seed, args.format),
        Command::Diff { before, after } => difference(args, before, after),
        Command::Prices => print::prices(&Catalogue::of_region(&args.region)?, args.format),
    }
}

fn ask(args: &Args, question: &Question) -> Result<String> {
    let world = world::read(args)?;
    let case = world.case(&args.scenario)?;
    let best = world.best();
    match question {
        Question::Budget { variant } => {
            let found = budget(&case, *variant, args.requests, &best)?;
            print::budget(&found, args.format)
        }
        Question::Compare { from, to } => {
            range(*from, *to)?;
            let curves = compare(&case, &amounts(*from, *to, 2), &best)?;
            print::curves(&curves, args.format)
        }
        Question::Breakeven {
            one,
            other,
            from,
            to,
            draws,
        } => {
            range(*from, *to)?;
            anyhow::ensure!(one != other, "give two different variants");
            let search = Search {
                from: *from,
                to: *to,
                draws: *draws,
            };
            let progress = progress(u64::from(*draws), "draws");
            let found = break_even(&case, *one, *other, search, &mut || progress.inc(1))?;
            progress.finish_and_clear();
            print::break_even(&found, search, args.format)
        }
        Question::Sensitivity { variant } => {
            let swings = tornado(&case, *variant, args.requests)?;
            print::swings(&swings, args.format)
        }
        Question::Order { page: true } => json_text(&order_page(&case, args.requests, &best)?),
        Question::Order { page: false } => orders(&case, args),
        Question::Report {
            variant,
            out,
            draws,
        } => report::write(&case, args, *variant, out, *draws),
    }
}

fn orders(case: &Case<'_>, args: &Args) -> Result<String> {
    let best = case.world.best();
    let budgets = VARIANTS
        .into_iter()
        .map(|variant| budget(case, variant, args.requests, &best))
        .collect::<Result<Vec<_>, _>>()?;
    let orders: Vec<_> = budgets.iter().map(velure_cost::report::order).collect();
    print::orders(&orders, args.format)
}

fn difference(args: &Args, before: &Path, after: &Path) -> Result<String> {
    match (world::content(before)?, world::content(after)?) {
        (Content::Measured(before), Content::Measured(after)) => {
            changes::measured(&of_measurements(&before, &after, args.seed)?, args.format)
        }
        (Content::Planned(before), Content::Planned(after)) => {
            let catalogue = Catalogue::of_region(&args.region)?;
            let planned = of_plans(&catalogue, args.free_tier, &before, &after)?;
            changes::planned(&planned, args.format)
        }
        (Content::Loaded(before), Content::Loaded(after)) => {
            load::differences(&before, &after, args.format)
        }
        _ => anyhow::bail!(
            "one file is not what the other is: give two measurements, two plans or two bundles"
        ),
    }
}

fn range(from: u64, to: u64) -> Result<()> {
    anyhow::ensure!(
        0 < from && from < to && to <= 1_000_000_000_000,
        "give a range of traffic: 0 < --from < --to <= 1,000,000,000,000 requests a month"
    );
    Ok(())
}

/// On standard error, and only where somebody watches.
fn progress(steps: u64, what: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(&format!(
        "{{bar:40}} {{pos}} of {{len}} {what}, {{eta}} left"
    )) {
        bar.set_style(style);
    }
    bar
}

fn json_text<T: serde::Serialize>(value: &T) -> Result<String> {
    Ok(format!(
        "{}\n",
        serde_json::to_string_pretty(&json!(value))?
    ))
}
