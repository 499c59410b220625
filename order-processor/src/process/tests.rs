use chrono::DateTime;
use proptest::prelude::*;
use velure_clients::CatalogError;
use velure_domain::{Cart, CartLine, Currency, Money, OrderId, Quantity};
use velure_postgres::fulfilment::{Lease, Payment, Trace};

use super::*;

const ALL_OUTCOMES: [Option<PaymentStatus>; 4] = [
    None,
    Some(PaymentStatus::Initiated),
    Some(PaymentStatus::Succeeded),
    Some(PaymentStatus::Declined),
];

fn order(phase: Phase, payment: Option<PaymentStatus>) -> Fulfilment {
    let line = CartLine {
        product_id: "00000000000000000000000a".parse().expect("24 digits"),
        quantity: Quantity::new(2).expect("a legal quantity"),
    };
    let payment = payment.map(|status| Payment {
        idempotency_key: "k".to_owned(),
        status,
        age: Duration::ZERO,
        answered_at: None,
    });
    let failure =
        matches!(phase, Phase::Declined | Phase::Refused | Phase::Failed).then_some(OrderFailure {
            code: FailureCode::Internal,
            product_id: None,
        });
    Fulfilment {
        order_id: OrderId::generate(),
        phase,
        cart: Cart::new([line]).expect("a legal cart"),
        total: Money::new(2490, Currency::Usd).expect("a legal amount"),
        payment_method: "pm_card_visa".parse().expect("a legal token"),
        expired: false,
        failure,
        attempts: 0,
        payment,
        published_at: None,
        received_at: DateTime::UNIX_EPOCH,
        trace: Trace::default(),
        cause: Trace::default(),
        lease: Lease::FIRST,
    }
}

fn step(order: &Fulfilment) -> Option<Step> {
    next_step(order, &Rules::default())
}

fn fault(reason: LineFaultReason, product: char) -> LineFault {
    LineFault {
        product_id: product.to_string().repeat(24),
        reason,
        available: 0,
    }
}

fn away() -> CatalogError {
    CatalogError::Refused {
        status: 503,
        code: None,
    }
}

#[test]
fn each_phase_has_its_step() {
    let initiated = Some(PaymentStatus::Initiated);
    let cases = [
        (Phase::Recorded, None, Some(Step::Reserve)),
        (Phase::Reserved, initiated, Some(Step::Charge)),
        (
            Phase::Charged,
            Some(PaymentStatus::Succeeded),
            Some(Step::CommitStock),
        ),
        (
            Phase::Declined,
            Some(PaymentStatus::Declined),
            Some(Step::ReturnStock),
        ),
        (Phase::Refused, None, Some(Step::ReturnStock)),
        (Phase::Completed, Some(PaymentStatus::Succeeded), None),
        (Phase::Failed, None, None),
    ];
    for (phase, payment, expected) in cases {
        let order = order(phase, payment);
        assert_eq!(step(&order), expected, "{phase:?}");
        assert_eq!(check(&order), Ok(()), "{phase:?}");
    }
}

#[test]
fn an_order_that_was_never_charged_is_given_up_when_its_time_or_its_tries_are_over() {
    let mut late = order(Phase::Recorded, None);
    late.expired = true;
    assert_eq!(step(&late), Some(Step::GiveUp(FailureCode::Timeout)));
    let mut tried = order(Phase::Recorded, None);
    tried.attempts = 11;
    assert_eq!(step(&tried), Some(Step::Reserve));
    tried.attempts = 12;
    assert_eq!(step(&tried), Some(Step::GiveUp(FailureCode::Internal)));
}

#[test]
fn a_charge_in_doubt_is_looked_up_and_never_given_up_however_often_it_was_tried() {
    for attempts in [1, 12, 1_000_000] {
        let mut order = order(Phase::Reserved, Some(PaymentStatus::Initiated));
        order.attempts = attempts;
        assert_eq!(step(&order), Some(Step::LookUpOrCharge), "{attempts}");
    }
}

#[test]
fn a_charge_whose_time_is_over_is_cancelled_at_the_provider_first() {
    let mut late = order(Phase::Reserved, Some(PaymentStatus::Initiated));
    late.expired = true;
    assert_eq!(step(&late), Some(Step::Cancel));
    // The provider forgets keys after a day: no second charge under a key it may have forgotten.
    let mut old = order(Phase::Reserved, Some(PaymentStatus::Initiated));
    old.payment.as_mut().expect("initiated").age = Duration::from_secs(23 * 3600);
    assert_eq!(step(&old), Some(Step::Cancel));
}

#[test]
fn time_over_changes_nothing_once_the_money_has_decided() {
    for (phase, payment, expected) in [
        (
            Phase::Charged,
            PaymentStatus::Succeeded,
            Some(Step::CommitStock),
        ),
        (
            Phase::Declined,
            PaymentStatus::Declined,
            Some(Step::ReturnStock),
        ),
        (Phase::Completed, PaymentStatus::Succeeded, None),
    ] {
        let mut late = order(phase, Some(payment));
        late.expired = true;
        late.attempts = 1_000;
        assert_eq!(step(&late), expected, "{phase:?}");
    }
}

#[test]
fn a_record_that_contradicts_itself_is_a_breach() {
    let mut together = Vec::new();
    for phase in Phase::ALL {
        for payment in ALL_OUTCOMES {
            if check(&order(phase, payment)).is_ok() {
                together.push((phase.as_str(), payment.map(PaymentStatus::as_str)));
            }
        }
    }
    assert_eq!(
        together,
        [
            ("RECORDED", None),
            ("RESERVED", Some("INITIATED")),
            ("CHARGED", Some("SUCCEEDED")),
            ("DECLINED", Some("DECLINED")),
            ("REFUSED", None),
            ("COMPLETED", Some("SUCCEEDED")),
            ("FAILED", None),
            ("FAILED", Some("DECLINED")),
        ]
    );
    let mut paid_and_failing = order(Phase::Charged, Some(PaymentStatus::Succeeded));
    paid_and_failing.failure = Some(OrderFailure {
        code: FailureCode::Timeout,
        product_id: None,
    });
    assert_eq!(
        check(&paid_and_failing),
        Err(Breach::RecordContradictsItself)
    );
}

#[test]
fn every_breach_has_a_name_of_its_own() {
    let names: std::collections::BTreeSet<&str> = Breach::ALL.map(Breach::as_str).into();
    assert_eq!(names.len(), Breach::ALL.len());
}

#[test]
fn an_order_has_one_key_for_its_charge_and_no_other_has_the_same() {
    let order = order(Phase::Recorded, None);
    assert_eq!(
        charge_key(&order),
        format!("order:{}:charge", order.order_id)
    );
}

#[test]
fn the_first_refusal_is_the_end_and_names_the_product_at_fault() {
    let order = order(Phase::Recorded, None);
    let lines = vec![
        fault(LineFaultReason::NotSold, 'a'),
        fault(LineFaultReason::InsufficientStock, 'b'),
    ];
    let refused = |code, product: char| {
        let product_id = Some(product.to_string().repeat(24).parse().expect("24 digits"));
        Decision::RefusedByStock(OrderFailure { code, product_id })
    };
    assert_eq!(
        after_hold(&order, Err(HoldError::InsufficientStock(lines.clone()))),
        refused(FailureCode::InsufficientStock, 'b')
    );
    assert_eq!(
        after_hold(&order, Err(HoldError::ProductUnavailable(lines))),
        refused(FailureCode::ProductUnavailable, 'a')
    );
}

#[test]
fn a_refusal_after_an_earlier_hold_was_sent_goes_through_a_release() {
    let order = Fulfilment {
        lease: Lease(2),
        ..order(Phase::Recorded, None)
    };
    let answer = after_hold(
        &order,
        Err(HoldError::InsufficientStock(vec![fault(
            LineFaultReason::InsufficientStock,
            'b',
        )])),
    );
    assert!(
        matches!(
            answer,
            Decision::GivenUp(OrderFailure {
                code: FailureCode::InsufficientStock,
                ..
            })
        ),
        "{answer:?}"
    );
}

#[test]
fn what_the_catalog_does_not_answer_is_asked_again() {
    let order = order(Phase::Recorded, None);
    for decision in [
        after_hold(&order, Err(HoldError::Catalog(away()))),
        after_commit(Err(SettleError::Catalog(away()))),
        after_release(Err(SettleError::Catalog(away()))),
        after_release(Err(SettleError::Unknown)),
    ] {
        assert!(
            matches!(decision, Decision::Retry { breach: None, .. }),
            "{decision:?}"
        );
    }
    let Decision::Retry { reason, .. } = after_commit(Err(SettleError::Catalog(away()))) else {
        panic!("a retry")
    };
    assert_eq!(
        reason,
        "the reservation could not be ended: the catalog answered 503"
    );
}

#[test]
fn an_end_that_must_never_be_is_a_breach_and_not_a_failed_order() {
    let order = order(Phase::Recorded, None);
    for (decision, expected) in [
        (
            after_commit(Err(SettleError::Opposite)),
            Breach::ChargedButReleased,
        ),
        (
            after_commit(Err(SettleError::Unknown)),
            Breach::ChargedButReleased,
        ),
        (
            after_release(Err(SettleError::Opposite)),
            Breach::SoldButNotCharged,
        ),
        (
            after_hold(&order, Err(HoldError::Ended)),
            Breach::EndedTooEarly,
        ),
        (
            after_charge(Err(PaymentError::KeyReused)),
            Breach::KeyReused,
        ),
    ] {
        assert!(
            matches!(&decision, Decision::Retry { breach: Some(breach), .. } if *breach == expected),
            "{decision:?}"
        );
    }
}

#[test]
fn only_an_answer_for_good_decides_a_charge() {
    let charged = after_charge(Ok(ChargeOutcome::Succeeded {
        charge_id: "ch_1".to_owned(),
    }));
    assert_eq!(
        charged,
        Decision::Charged {
            charge_id: "ch_1".to_owned()
        }
    );
    let declined = |decision: Decision| {
        let Decision::Declined {
            failure,
            decline_code,
        } = decision
        else {
            panic!("{decision:?}")
        };
        (failure.code, decline_code)
    };
    let answer = after_charge(Ok(ChargeOutcome::Declined {
        decline_code: "card_declined".to_owned(),
    }));
    assert_eq!(
        declined(answer),
        (FailureCode::PaymentDeclined, "card_declined".to_owned())
    );
    let answer = after_charge(Ok(ChargeOutcome::Cancelled));
    assert_eq!(
        declined(answer),
        (FailureCode::Timeout, "cancelled".to_owned())
    );
    for error in [
        PaymentError::InProgress,
        PaymentError::Unanswered("a timeout".into()),
    ] {
        assert!(matches!(
            after_charge(Err(error)),
            Decision::Retry { breach: None, .. }
        ));
    }
}

proptest! {
    #[test]
    fn a_retry_waits_at_least_half_and_at_most_all_of_a_limit_that_grows_to_its_cap(
        attempts in 0u32.., random in 0.0..=1.0f64
    ) {
        let (base, cap) = (Duration::from_millis(500), Duration::from_secs(30));
        let delay = retry_delay(attempts, base, cap, random);
        let limit = base.saturating_mul(1 << attempts.min(16)).min(cap);
        prop_assert!(delay >= limit / 2 && delay <= limit, "{:?}", delay);
        prop_assert!(delay <= cap);
    }
}
