use serde_json::json;
use velure_contracts::http::{LineFault, LineFaultReason};
use velure_domain::MoneyError;
use velure_mongo::QuoteCartError;

use crate::fixture::{cart, id, offer, with_store};

#[tokio::test]
async fn a_cart_is_priced_line_by_line_whatever_is_in_stock() {
    with_store(async |store| {
        let leash = offer(
            &store,
            "A",
            json!({"name": "Leash", "price": {"amount_minor": 1990, "currency": "USD"}}),
        )
        .await;
        let bowl = offer(
            &store,
            "B",
            json!({"available": 0, "price": {"amount_minor": 5, "currency": "USD"}}),
        )
        .await;
        let quoted = store
            .quote(&cart(&[(&bowl, 3), (&leash, 2)]))
            .await
            .expect("both are sold");
        assert_eq!(quoted.total.minor(), 3995);
        let lines: Vec<_> = quoted
            .lines
            .iter()
            .map(|l| (l.product_id.as_str(), l.line_total.minor()))
            .collect();
        assert_eq!(lines, [(leash.id.as_str(), 3980), (bowl.id.as_str(), 15)]);
        assert_eq!(quoted.lines[0].name, "Leash");
    })
    .await;
}

#[tokio::test]
async fn every_product_that_is_not_sold_is_named() {
    with_store(async |store| {
        let (leash, bowl) = (
            offer(&store, "A", json!({})).await,
            offer(&store, "B", json!({})).await,
        );
        let mat = offer(&store, "C", json!({})).await;
        for gone in [&bowl, &mat] {
            store.delete(&id(gone), None).await.expect("it was there");
        }
        let Err(QuoteCartError::NotSold(faults)) = store
            .quote(&cart(&[(&leash, 1), (&mat, 1), (&bowl, 1)]))
            .await
        else {
            panic!("two are not sold");
        };
        let fault = |id: &str| LineFault {
            product_id: id.to_owned(),
            reason: LineFaultReason::NotSold,
            available: 0,
        };
        assert_eq!(faults, [fault(&bowl.id), fault(&mat.id)]);
    })
    .await;
}

#[tokio::test]
async fn a_cart_beyond_the_largest_amount_has_no_price() {
    with_store(async |store| {
        let dear = json!({"price": {"amount_minor": 600_000_000, "currency": "USD"}});
        let (a, b) = (
            offer(&store, "A", dear.clone()).await,
            offer(&store, "B", dear).await,
        );
        for cart in [cart(&[(&a, 2)]), cart(&[(&a, 1), (&b, 1)])] {
            let outcome = store.quote(&cart).await;
            assert!(
                matches!(
                    outcome,
                    Err(QuoteCartError::OutOfRange(MoneyError::TooLarge))
                ),
                "{outcome:?}"
            );
        }
    })
    .await;
}
