//! One list of requests, put to the server and to the Lambda functions: both answer with the same status, headers and
//! body, and as the contract says.

mod accounts;
mod case;
mod catalog;
mod direct;
mod good;
mod normal;
mod orders;
mod outages;
mod refusals;
mod shells;
mod world;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures::future::join_all;
use velure_http::routes;
use velure_testkit::http::Answer;

use case::Case;
use normal::Normal;
use shells::Shells;
use world::{World, worlds};

use crate::canaries::Canaries;
use crate::shop::{ORIGIN_SECRET, PASSWORD, Shop};

/// How many kinds of bad access token there are.
const BAD_TOKENS: usize = 23;

/// The whole list. What refuses comes first and changes nothing; the good requests follow; then what needs them done.
fn cases() -> Vec<Case> {
    let mut cases = refusals::cases();
    cases.extend(direct::cases());
    cases.extend(good::cases());
    cases.extend(accounts::cases());
    cases.extend(catalog::cases());
    cases.extend(orders::cases());
    cases
}

#[test]
fn every_route_is_in_the_list_done_and_refused() {
    let cases = cases();
    let with = |refused: bool| -> BTreeSet<&str> {
        cases
            .iter()
            .filter(|case| (case.status >= 400) == refused)
            .map(|case| case.route.as_str())
            .collect()
    };
    let (done, refused) = (with(false), with(true));
    for route in routes() {
        assert!(
            done.contains(route.name.as_str()),
            "{} is never done",
            route.name
        );
        // Nothing can go wrong with these but their method and their path.
        if !matches!(
            route.name.as_str(),
            "get-health" | "get-jwks" | "list-categories"
        ) {
            assert!(
                refused.contains(route.name.as_str()),
                "{} is never refused",
                route.name
            );
        }
    }
}

#[test]
fn the_list_has_every_status_that_the_contract_gives_a_client() {
    let all = cases().into_iter().chain(outages::without_mongodb());
    let statuses: BTreeSet<u16> = all
        .map(|case| case.status)
        .filter(|status| *status >= 400)
        .collect();
    assert_eq!(
        statuses,
        BTreeSet::from([400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 503])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_and_the_functions_answer_alike_and_as_the_contract_says() {
    // At this level everything is written that ever is.
    let variables = [
        ("VELURE_ORIGIN_SECRET", ORIGIN_SECRET),
        ("VELURE_LOG", "debug"),
    ];
    let shop = Shop::open(24, &variables).await;
    let mut shells = Shells::start(&shop).await;
    let [ours, theirs] = worlds(&shop).await;
    assert_eq!(
        ours.shared.bad_tokens.len(),
        BAD_TOKENS,
        "a kind of token that is not put to every route"
    );
    for (route, _, _, call) in &good::GOOD {
        let with_body = call(&ours).json_body().is_some();
        assert_eq!(
            with_body,
            refusals::WITH_BODY.contains(route),
            "bad bodies are put to {route}"
        );
    }
    let mut faults = Vec::new();
    let mut placed = shop.orders_stored().await;
    for case in cases() {
        faults.extend(compare(&case, &shells, &ours, &theirs).await);
        // Each further request to it would wait for its deadline.
        assert_eq!(shells.ended(), "", "a function has ended");
        let new = case.route == "place-order"
            && case.status == 201
            && case.compare == normal::Compare::Generated;
        placed += if new { 2 } else { 0 };
    }
    faults.extend(outages(&shop, &shells, &ours, &theirs).await);
    assert!(
        faults.is_empty(),
        "{} faults\n\n{}\n{}",
        faults.len(),
        faults.join("\n\n"),
        shells.ended()
    );
    assert_eq!(
        shop.orders_stored().await,
        placed,
        "a refused request has stored an order"
    );
    let found = canaries(&ours, &theirs).in_logs(shop.stack.logs());
    assert!(
        found.is_empty(),
        "{} lines:\n{}",
        found.len(),
        found.join("\n")
    );
}

/// What the people of the list typed and what let them in, in every request of it.
fn canaries(ours: &World, theirs: &World) -> Canaries {
    let mut canaries = Canaries::default();
    canaries.add("a password", PASSWORD);
    canaries.add("the edge's secret", ORIGIN_SECRET);
    for (what, token) in &ours.shared.bad_tokens {
        canaries.token(what, token);
    }
    canaries.token("a token", &ours.shared.no_session);
    for world in [ours, theirs] {
        for user in world.people() {
            canaries.user(user);
        }
    }
    canaries
}

/// What is wrong while a store is away, and afterwards.
async fn outages(shop: &Shop, shells: &Shells, ours: &World, theirs: &World) -> Vec<String> {
    let mut faults = Vec::new();
    let stores = [
        ("MongoDB", &shop.stack.mongodb, outages::without_mongodb()),
        ("Redis", &shop.stack.redis, outages::without_redis()),
        (
            "PostgreSQL",
            &shop.stack.postgres,
            outages::without_postgres(),
        ),
    ];
    for (store, proxy, cases) in stores {
        proxy.cut();
        let outcomes = join_all(cases.iter().map(|case| compare(case, shells, ours, theirs))).await;
        faults.extend(
            outcomes
                .into_iter()
                .flatten()
                .map(|fault| format!("without {store}: {fault}")),
        );
        proxy.restore();
        faults.extend(back(store, shells, ours, theirs).await);
    }
    faults
}

/// Waits until everything is answered again; nothing is started again for it.
async fn back(store: &str, shells: &Shells, ours: &World, theirs: &World) -> Vec<String> {
    let started = Instant::now();
    let mut waiting: Vec<Case> = outages::READING
        .map(|route| Case::done("when its store is back", route, 200, good::good(route)))
        .into();
    loop {
        let outcomes = join_all(
            waiting
                .iter()
                .map(|case| compare(case, shells, ours, theirs)),
        )
        .await;
        let faults: Vec<String> = outcomes
            .iter()
            .flatten()
            .map(|fault| format!("{store} is back: {fault}"))
            .collect();
        if faults.is_empty() || started.elapsed() > Duration::from_secs(20) {
            return faults;
        }
        let mut outcomes = outcomes.into_iter();
        waiting.retain(|_| outcomes.next().is_some_and(|faults| !faults.is_empty()));
    }
}

/// What is wrong with the two answers to one request.
async fn compare(case: &Case, shells: &Shells, ours: &World, theirs: &World) -> Vec<String> {
    let title = format!("{} ({})", case.name, case.route);
    let from_server = shells.server(&case.call(ours)).await;
    let mut faults = expected(case, "server", &from_server);
    if !case.only_server {
        let from_functions = shells.functions(&case.call(theirs)).await;
        faults.extend(expected(case, "functions", &from_functions));
        match (
            Normal::of(&from_server, case.compare),
            Normal::of(&from_functions, case.compare),
        ) {
            (Ok(one), Ok(other)) if one == other => {}
            (one, other) => faults.push(format!("server    {one:?}\nfunctions {other:?}")),
        }
    }
    faults
        .into_iter()
        .map(|fault| format!("{title}: {fault}"))
        .collect()
}

fn expected(case: &Case, shell: &str, answer: &Answer) -> Vec<String> {
    let (status, code) = answer.problem();
    if (status, code.as_str()) == (case.status, case.code.as_str()) {
        return Vec::new();
    }
    vec![format!(
        "the {shell} answered {status} {}, not {} {}",
        answer.text(),
        case.status,
        case.code
    )]
}
