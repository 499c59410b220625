//! A catalog with the contract's reservations: held once, ended once, and faults to switch on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use velure_contracts::http::{HoldReservationBody, RequestedLine};
use velure_http::KeySet;

/// The key that signs the processor's service tokens, and the one that checks them.
pub(crate) const SIGNING_KEY: &str =
    "order-processor.MC4CAQAwBQYDK2VwBCIEIH902zI_tp3asBIMFp6kR-XeumZDvXPtX4fIwGjOs9wA";
const PUBLIC_KEYS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"order-processor",
    "x":"hkOxK114FjjCzrSljKA8-hY4_mBslW1OytBRH83fFIs"}]}"#;

/// A running catalog.
pub(crate) struct Catalog {
    pub(crate) url: String,
    shelf: Arc<Shelf>,
    _server: JoinSet<()>,
}

struct Shelf {
    keys: KeySet,
    books: Mutex<Books>,
    /// How many of the next calls are refused before anything is done.
    refuse: AtomicU32,
    /// How many of the next calls are done, but answered with an error.
    lose: AtomicU32,
    door: Door,
}

/// What every call passes. It is open unless a test closes it and lets in calls by their number.
#[derive(Default)]
struct Door {
    closed: Mutex<Option<Arc<Semaphore>>>,
    waiting: AtomicUsize,
    most: AtomicUsize,
    passed: AtomicUsize,
}

impl Door {
    async fn pass(&self) {
        let closed = self.closed.lock().expect("unpoisoned").clone();
        let waiting = self.waiting.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(waiting, Ordering::SeqCst);
        // Whoever gives up is not there any more.
        let here = Waits(self);
        if let Some(door) = closed {
            door.acquire().await.expect("never closed").forget();
        }
        drop(here);
        self.passed.fetch_add(1, Ordering::SeqCst);
    }
}

struct Waits<'a>(&'a Door);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

#[derive(Default)]
struct Books {
    stock: BTreeMap<String, i64>,
    reservations: BTreeMap<String, (&'static str, Vec<RequestedLine>)>,
    traces: Vec<String>,
}

impl Catalog {
    pub(crate) async fn open() -> Self {
        let shelf = Arc::new(Shelf {
            keys: KeySet::parse(PUBLIC_KEYS).expect("a key set"),
            books: Mutex::default(),
            refuse: AtomicU32::new(0),
            lose: AtomicU32::new(0),
            door: Door::default(),
        });
        let router = Router::new()
            .route("/internal/reservations/{order}", put(hold))
            .route("/internal/reservations/{order}/{verb}", post(settle))
            .with_state(shelf.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let mut server = JoinSet::new();
        server.spawn(async move {
            axum::serve(listener, router)
                .await
                .expect("the catalog serves")
        });
        Self {
            url,
            shelf,
            _server: server,
        }
    }

    /// Puts so many of a product on the shelf.
    pub(crate) fn stock(&self, product: &str, count: i64) {
        self.shelf
            .books
            .lock()
            .expect("unpoisoned")
            .stock
            .insert(product.to_owned(), count);
    }

    /// How many of a product are left.
    pub(crate) fn left(&self, product: &str) -> i64 {
        self.shelf.books.lock().expect("unpoisoned").stock[product]
    }

    /// Where an order's reservation stands.
    pub(crate) fn state(&self, order: &str) -> Option<&'static str> {
        self.shelf
            .books
            .lock()
            .expect("unpoisoned")
            .reservations
            .get(order)
            .map(|(state, _)| *state)
    }

    /// Sets where an order's reservation stands, behind everybody's back.
    pub(crate) fn force(&self, order: &str, state: &'static str) {
        let mut books = self.shelf.books.lock().expect("unpoisoned");
        books.reservations.get_mut(order).expect("a reservation").0 = state;
    }

    /// Refuses the next calls before anything is done.
    pub(crate) fn refuse(&self, calls: u32) {
        self.shelf.refuse.store(calls, Ordering::SeqCst);
    }

    /// Does the next calls, and answers that it failed.
    pub(crate) fn lose_answers(&self, calls: u32) {
        self.shelf.lose.store(calls, Ordering::SeqCst);
    }

    /// Lets no call in any more, until [`Self::let_in`].
    pub(crate) fn close(&self) {
        *self.shelf.door.closed.lock().expect("unpoisoned") = Some(Arc::new(Semaphore::new(0)));
    }

    /// Lets in so many of the calls that wait or come.
    pub(crate) fn let_in(&self, calls: usize) {
        let closed = self.shelf.door.closed.lock().expect("unpoisoned");
        closed.as_ref().expect("it is closed").add_permits(calls);
    }

    /// How many calls came in so far, and how many wait.
    pub(crate) fn at_the_door(&self) -> (usize, usize) {
        let door = &self.shelf.door;
        let passed = door.passed.load(Ordering::SeqCst);
        (passed, door.waiting.load(Ordering::SeqCst))
    }

    /// How many calls there were at once at most since this was asked last.
    pub(crate) fn most_at_once(&self) -> usize {
        self.shelf.door.most.swap(0, Ordering::SeqCst)
    }

    /// The `traceparent` of every call so far.
    pub(crate) fn traces(&self) -> Vec<String> {
        self.shelf.books.lock().expect("unpoisoned").traces.clone()
    }
}

impl Shelf {
    /// What every call goes through: token, trace, and the fault that comes before the work, which is then the answer.
    fn enter(&self, headers: &HeaderMap) -> Option<Response> {
        let text = |name| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        let token = text("authorization")
            .strip_prefix("Bearer ")
            .unwrap_or_default();
        if self.keys.verify_service(token, "catalog").ok().as_deref() != Some("order-processor") {
            return Some(problem(401, "unauthenticated", json!([])));
        }
        self.books
            .lock()
            .expect("unpoisoned")
            .traces
            .push(text("traceparent").to_owned());
        one_less(&self.refuse).then(|| problem(503, "unavailable", json!([])))
    }

    fn leave(&self, answer: Response) -> Response {
        if one_less(&self.lose) {
            problem(500, "internal", json!([]))
        } else {
            answer
        }
    }
}

fn one_less(counter: &AtomicU32) -> bool {
    counter
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            left.checked_sub(1)
        })
        .is_ok()
}

fn problem(status: u16, code: &str, lines: Value) -> Response {
    let body = json!({"type": format!("urn:velure:problem:{code}"), "title": "t", "status": status, "code": code,
        "detail": "d", "request_id": "r", "lines": lines});
    (StatusCode::from_u16(status).expect("a status"), Json(body)).into_response()
}

fn state(state: &str) -> Response {
    Json(json!({"state": state})).into_response()
}

async fn hold(
    State(shelf): State<Arc<Shelf>>,
    Path(order): Path<String>,
    headers: HeaderMap,
    Json(body): Json<HoldReservationBody>,
) -> Response {
    shelf.door.pass().await;
    if let Some(refusal) = shelf.enter(&headers) {
        return refusal;
    }
    let answer = {
        let mut books = shelf.books.lock().expect("unpoisoned");
        match books.reservations.get(&order) {
            Some(("released", _)) => problem(409, "reservation_ended", json!([])),
            Some((known, lines)) if *lines == body.items => state(known),
            Some(_) => problem(409, "operation_conflict", json!([])),
            None => books.take(order, body.items),
        }
    };
    shelf.leave(answer)
}

impl Books {
    fn take(&mut self, order: String, lines: Vec<RequestedLine>) -> Response {
        let fault = |line: &RequestedLine, reason| json!([{"product_id": line.product_id, "reason": reason, "available": 0}]);
        for line in &lines {
            match self.stock.get(&line.product_id) {
                None => return problem(409, "insufficient_stock", fault(line, "not_sold")),
                Some(left) if *left < line.quantity => {
                    return problem(409, "insufficient_stock", fault(line, "insufficient_stock"));
                }
                Some(_) => {}
            }
        }
        for line in &lines {
            *self.stock.get_mut(&line.product_id).expect("it is sold") -= line.quantity;
        }
        self.reservations.insert(order, ("held", lines));
        state("held")
    }

    fn end(&mut self, order: String, end: &'static str) -> Response {
        match self.reservations.get_mut(&order) {
            None if end == "committed" => problem(404, "not_found", json!([])),
            None => {
                self.reservations.insert(order, (end, Vec::new()));
                state(end)
            }
            Some((known, _)) if *known == end => state(end),
            Some((known, lines)) if *known == "held" => {
                *known = end;
                let back = if end == "released" {
                    lines.clone()
                } else {
                    Vec::new()
                };
                for line in back {
                    *self.stock.get_mut(&line.product_id).expect("it is sold") += line.quantity;
                }
                state(end)
            }
            Some(_) => problem(409, "reservation_ended", json!([])),
        }
    }
}

async fn settle(
    State(shelf): State<Arc<Shelf>>,
    Path((order, verb)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    shelf.door.pass().await;
    if let Some(refusal) = shelf.enter(&headers) {
        return refusal;
    }
    let answer = match verb.as_str() {
        "commit" => shelf
            .books
            .lock()
            .expect("unpoisoned")
            .end(order, "committed"),
        "release" => shelf
            .books
            .lock()
            .expect("unpoisoned")
            .end(order, "released"),
        _ => problem(404, "not_found", json!([])),
    };
    shelf.leave(answer)
}
