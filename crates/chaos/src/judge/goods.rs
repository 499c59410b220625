//! Money and stock.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{Findings, Invariant};
use crate::evidence::{Evidence, Order};

/// I2: the ledger has one charge of a completed order's total, and none of a failed one's.
pub(super) fn money(id: Uuid, order: &Order, evidence: &Evidence, found: &mut Findings) {
    let key = format!("order:{id}:");
    let taken: Vec<_> = evidence
        .charges
        .iter()
        .filter(|charge| charge.key.starts_with(&key) && charge.outcome == "SUCCEEDED")
        .collect();
    let expected = usize::from(order.status == "COMPLETED");
    found.check(taken.len() == expected, Invariant::I2, || {
        format!(
            "order {id} is {} and was charged {} times",
            order.status,
            taken.len()
        )
    });
    for charge in taken {
        found.check(charge.amount == Some(order.total), Invariant::I2, || {
            format!(
                "order {id} costs {} and was charged {:?}",
                order.total, charge.amount
            )
        });
    }
    let paid = matches!(evidence.payments.get(&id), Some((status, _)) if status == "SUCCEEDED");
    found.check(paid == (order.status == "COMPLETED"), Invariant::I2, || {
        format!(
            "order {id} is {} and its payment {:?}",
            order.status,
            evidence.payments.get(&id)
        )
    });
    let amount = evidence.payments.get(&id).map(|(_, amount)| *amount);
    found.check(
        amount.is_none_or(|amount| amount == order.total),
        Invariant::I2,
        || {
            format!(
                "order {id} costs {} and its payment is over {amount:?}",
                order.total
            )
        },
    );
}

/// I3: for each product, what there was is what there is and what was sold; nothing is held for ever.
pub(super) fn stock(evidence: &Evidence, found: &mut Findings) {
    let mut sold: BTreeMap<&str, i64> = BTreeMap::new();
    for (id, reservation) in &evidence.reservations {
        found.check(reservation.state != "held", Invariant::I3, || {
            format!("stock is held for order {id} for ever")
        });
        if reservation.state == "committed" {
            for (product, quantity) in &reservation.lines {
                *sold.entry(product).or_default() += quantity;
            }
        }
        if let Some(order) = evidence.orders.get(id) {
            let expected = if order.status == "COMPLETED" {
                "committed"
            } else {
                "released"
            };
            found.check(reservation.state == expected, Invariant::I3, || {
                format!(
                    "order {id} is {} and its stock {}",
                    order.status, reservation.state
                )
            });
            found.check(
                reservation.state != "committed" || reservation.lines == order.lines,
                Invariant::I3,
                || {
                    format!(
                        "order {id} has the lines {:?} and was sold {:?}",
                        order.lines, reservation.lines
                    )
                },
            );
        }
    }
    for (id, order) in &evidence.orders {
        found.check(
            order.status != "COMPLETED" || evidence.reservations.contains_key(id),
            Invariant::I3,
            || format!("order {id} is COMPLETED and no stock was taken"),
        );
    }
    for product in &evidence.raced {
        let won = evidence
            .orders
            .values()
            .filter(|order| order.status == "COMPLETED" && order.lines.contains_key(product))
            .count();
        found.check(won == 1, Invariant::I3, || {
            format!("the last unit of product {product} was sold {won} times")
        });
    }
    for (product, available) in &evidence.available {
        found.check(*available >= 0, Invariant::I3, || {
            format!("there are {available} of product {product}")
        });
        let initial = evidence.initial.get(product).copied().unwrap_or(*available);
        let gone = sold.get(product.as_str()).copied().unwrap_or(0);
        found.check(initial == available + gone, Invariant::I3, || {
            format!("of {initial} of product {product} there are {available} and {gone} were sold")
        });
    }
}
