//! `velure orders`: everything that is known of an order.

use anyhow::bail;
use clap::Subcommand;
use uuid::Uuid;
use velure_config::Env;
use velure_postgres::desk::OrderFile;

use super::{connect, plain, time};

/// What can be asked.
#[derive(Debug, Subcommand)]
pub(crate) enum OrdersCommand {
    /// What happened to an order: its statuses, events, payment, what operators did, and what is next.
    Show {
        /// The order's id.
        order_id: Uuid,
    },
}

pub(crate) async fn run(command: OrdersCommand, env: &Env) -> anyhow::Result<()> {
    let OrdersCommand::Show { order_id } = command;
    let Some(file) = connect(env).await?.order(order_id).await? else {
        bail!("there is no order {order_id}");
    };
    for line in lines(order_id, &file) {
        crate::say(&line)?;
    }
    Ok(())
}

fn lines(order_id: Uuid, file: &OrderFile) -> Vec<String> {
    let mut lines = vec![
        format!("order {order_id} of buyer {}", file.buyer_id),
        format!("{}, version {}, {}", file.status, file.version, file.total),
    ];
    lines.extend(file.lines.iter().map(|line| {
        format!(
            "  {} x {} ({}), {} each",
            line.quantity,
            plain(&line.name),
            plain(&line.product_id),
            line.unit_price
        )
    }));
    lines.push(match &file.phase {
        None => "fulfilment has not heard of it".to_owned(),
        Some(phase) => format!("fulfilment: {phase}{}", next(file)),
    });
    if file.redrives > 0 {
        lines.push(format!("asked for again {} times", file.redrives));
    }
    lines.push(String::new());
    lines.extend(file.timeline.iter().map(|moment| {
        format!(
            "{}  {:<10}  {}",
            time(moment.at),
            moment.place,
            plain(&moment.what)
        )
    }));
    lines
}

/// What is to happen to an order that is not final.
fn next(file: &OrderFile) -> String {
    if matches!(file.phase.as_deref(), Some("COMPLETED" | "FAILED")) {
        return String::new();
    }
    let tried = match (file.attempts, &file.last_error) {
        (Some(attempts @ 1..), Some(error)) => {
            format!(", tried {attempts} times in vain: {}", plain(error))
        }
        _ => String::new(),
    };
    let when = match (file.leased_until, file.next_attempt_at) {
        (Some(until), _) => format!(", held until {}", time(until)),
        (None, Some(at)) => format!(", next try at {}", time(at)),
        (None, None) => String::new(),
    };
    tried + &when
}

#[cfg(test)]
mod tests {
    use super::*;
    use velure_domain::{Currency, Money};
    use velure_postgres::desk::{Moment, OrderLine};

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::Usd).expect("a legal amount")
    }

    fn file() -> OrderFile {
        OrderFile {
            buyer_id: Uuid::nil(),
            status: "PROCESSING".to_owned(),
            version: 2,
            total: usd(4905),
            redrives: 0,
            phase: Some("RESERVED".to_owned()),
            attempts: Some(2),
            last_error: Some("no answer".to_owned()),
            next_attempt_at: Some("2026-01-02T03:04:05Z".parse().expect("a time")),
            leased_until: None,
            lines: vec![OrderLine {
                product_id: "p1".to_owned(),
                name: "Leash\u{1b}[2J".to_owned(),
                quantity: 2,
                unit_price: usd(2450),
            }],
            timeline: vec![Moment {
                at: "2026-01-02T03:04:04Z".parse().expect("a time"),
                place: "orders".to_owned(),
                what: "version 1: CREATED".to_owned(),
            }],
        }
    }

    #[test]
    fn an_open_order_says_what_is_next_and_why_it_waits() {
        let text = lines(Uuid::nil(), &file()).join("\n");
        assert!(text.contains("PROCESSING, version 2, 49.05 USD"), "{text}");
        assert!(
            text.contains(
                "RESERVED, tried 2 times in vain: no answer, next try at 2026-01-02T03:04:05.000Z"
            ),
            "{text}"
        );
        assert!(
            text.ends_with("2026-01-02T03:04:04.000Z  orders      version 1: CREATED"),
            "{text}"
        );
    }

    #[test]
    fn a_products_name_cannot_write_over_the_terminal() {
        let text = lines(Uuid::nil(), &file()).join("\n");
        assert!(!text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn a_final_order_has_nothing_next() {
        let done = OrderFile {
            phase: Some("COMPLETED".to_owned()),
            ..file()
        };
        assert_eq!(next(&done), "");
    }
}
