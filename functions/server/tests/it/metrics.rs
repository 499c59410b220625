//! Under load every metric of docs/METRICS.md that says so moves, in the process that it is listed for; what must never
//! move does not; no series has a name, a label or a value that is not listed; and every counter is shown from the start.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use tokio::sync::watch;
use velure_contracts::Code;
use velure_http::routes;
use velure_testkit::http::Call;

use crate::frames::Frames;
use crate::front::Front;
use crate::pods;
use crate::shop::{Shop, order_body};
use crate::spans::Receiver;

const LIST: &str = include_str!("../../../../docs/METRICS.md");
const PATIENCE: Duration = Duration::from_secs(60);
/// What moves only while orders stand still, and is measured every 5 seconds.
const STANDING: [(&str, &str); 7] = [
    ("relay", "velure_relay_open_orders"),
    ("relay", "velure_relay_oldest_open_order_seconds"),
    ("order-processor", "velure_order_processor_open_orders"),
    (
        "order-processor",
        "velure_order_processor_oldest_open_order_seconds",
    ),
    ("order-processor", "velure_order_processor_queue_messages"),
    (
        "order-processor",
        "velure_order_processor_queue_oldest_message_seconds",
    ),
    ("sse-gateway", "velure_sse_gateway_subscribers"),
];

/// A row of the list.
#[derive(Debug, Clone, Default)]
struct Listed {
    moves: String,
    histogram: bool,
    counter: bool,
    /// The values of each label; none where another list closes them.
    labels: BTreeMap<String, BTreeSet<String>>,
}

impl Listed {
    /// Every combination of its labels' values.
    fn series(&self) -> Vec<BTreeMap<String, String>> {
        self.labels
            .iter()
            .fold(vec![BTreeMap::new()], |all, (label, values)| {
                let with = |known: &BTreeMap<String, String>, value: &String| {
                    let mut more = known.clone();
                    more.insert(label.clone(), value.clone());
                    more
                };
                all.iter()
                    .flat_map(|known| values.iter().map(move |value| with(known, value)))
                    .collect()
            })
    }
}

/// By process and name.
fn listed() -> BTreeMap<(&'static str, String), Listed> {
    let mut all: BTreeMap<(&'static str, String), Listed> = BTreeMap::new();
    let mut kinds: BTreeMap<String, Listed> = BTreeMap::new();
    let mut processes: &[&'static str] = &[];
    let mut queues = BTreeSet::new();
    for line in LIST.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            processes = match title {
                "Endpoints (`server`)" => &["server"],
                "Relay" => &["relay"],
                "Order processor" => &["order-processor"],
                "SSE gateway" => &["sse-gateway"],
                "Every long-lived process" => {
                    &["server", "relay", "order-processor", "sse-gateway"]
                }
                _ => &[],
            };
        }
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if cells.len() != 5 || !cells[0].starts_with('`') {
            continue;
        }
        for name in quoted(cells[0]) {
            let row = if cells[1].is_empty() {
                let mut known = kinds[&name].clone();
                known.moves = cells[3].to_owned();
                known
            } else {
                let labels = labels(cells[2], &mut queues);
                Listed {
                    moves: cells[3].to_owned(),
                    histogram: cells[1] == "histogram",
                    counter: cells[1] == "counter",
                    labels,
                }
            };
            kinds.insert(name.clone(), row.clone());
            for process in processes {
                all.insert((process, name.clone()), row.clone());
            }
        }
    }
    assert!(all.len() > 80, "docs/METRICS.md has another shape");
    all
}

fn labels(cell: &str, queues: &mut BTreeSet<String>) -> BTreeMap<String, BTreeSet<String>> {
    let mut labels = BTreeMap::new();
    for part in cell.split(';') {
        let mut words = quoted(part).into_iter();
        let Some(label) = words.next() else { continue };
        let values: BTreeSet<String> = match label.as_str() {
            "endpoint" => routes().iter().map(|route| route.name.clone()).collect(),
            "code" => Code::ALL
                .iter()
                .map(|code| code.as_str().to_owned())
                .collect(),
            "queue" if part.contains("as above") => queues.clone(),
            _ => words.collect(),
        };
        if label == "queue" {
            queues.clone_from(&values);
        }
        labels.insert(label, values);
    }
    labels
}

fn quoted(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// A sample of Prometheus' text format: name, labels, value.
type Sample = (String, BTreeMap<String, String>, f64);

fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').expect("a value");
    let value = value.parse().expect("a number");
    let Some((name, labels)) = series.split_once('{') else {
        return (series.to_owned(), BTreeMap::new(), value);
    };
    let labels = labels
        .trim_end_matches('}')
        .split("\",")
        .map(|pair| {
            let (label, value) = pair.split_once("=\"").expect("a label has a value");
            (label.to_owned(), value.trim_end_matches('"').to_owned())
        })
        .collect();
    (name.to_owned(), labels, value)
}

/// What was scraped of the processes so far.
struct Scrapes {
    processes: Vec<(&'static str, String)>,
    listed: BTreeMap<(&'static str, String), Listed>,
    /// The most that any series of a metric has shown.
    most: BTreeMap<(&'static str, String), f64>,
    unlisted: BTreeSet<String>,
}

impl Scrapes {
    async fn look(&mut self) {
        let looks = self.processes.iter().map(|(_, admin)| scraped(admin));
        let texts = join_all(looks).await;
        for ((process, _), text) in self.processes.clone().iter().zip(texts) {
            for line in text
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
            {
                self.note(process, sample(line));
            }
        }
    }

    fn note(&mut self, process: &'static str, (series, mut labels, value): Sample) {
        labels.remove("le");
        let plain = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|suffix| series.strip_suffix(suffix))
            .filter(|name| {
                self.listed
                    .get(&(process, (*name).to_owned()))
                    .is_some_and(|row| row.histogram)
            });
        let name = plain.unwrap_or(&series).to_owned();
        let Some(row) = self.listed.get(&(process, name.clone())) else {
            self.unlisted.insert(format!("{process}: {series}"));
            return;
        };
        let known = labels
            .iter()
            .all(|(label, value)| row.labels.get(label).is_some_and(|all| all.contains(value)));
        if !known || labels.len() != row.labels.len() {
            self.unlisted
                .insert(format!("{process}: {series} {labels:?}"));
        }
        // A histogram moves when something was recorded, be it 0 s.
        if plain.is_none() || series.ends_with("_count") {
            let most = self.most.entry((process, name)).or_insert(0.0);
            *most = most.max(value);
        }
    }

    fn moved(&self, process: &'static str, name: &str) -> bool {
        self.most
            .get(&(process, name.to_owned()))
            .is_some_and(|most| *most > 0.0)
    }

    /// Waits until every process is ready: it is scraped before it has everything that it counts with.
    async fn ready(&self) {
        let started = Instant::now();
        let mut again = tokio::time::interval(Duration::from_millis(100));
        for (process, admin) in &self.processes {
            while !Call::new("GET", "/ready")
                .send(admin)
                .await
                .is_ok_and(|answer| answer.status == 200)
            {
                again.tick().await;
                assert!(started.elapsed() < PATIENCE, "{process} is never ready");
            }
        }
    }

    /// The series of counters that the list has and no process shows.
    async fn missing(&self) -> BTreeSet<String> {
        let mut missing = BTreeSet::new();
        for (process, admin) in &self.processes {
            let text = scraped(admin).await;
            let shown: BTreeSet<(String, BTreeMap<String, String>)> = text
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
                .map(sample)
                .map(|(name, labels, _)| (name, labels))
                .collect();
            let counters = self.listed.iter();
            for ((_, name), row) in counters.filter(|((of, _), row)| of == process && row.counter) {
                missing.extend(
                    row.series()
                        .into_iter()
                        .filter(|labels| !shown.contains(&(name.clone(), labels.clone())))
                        .map(|labels| format!("{process}: {name} {labels:?}")),
                );
            }
        }
        missing
    }

    /// What should have moved by now and has not.
    fn still(&self) -> Vec<String> {
        self.listed
            .iter()
            .filter(|((process, name), row)| row.moves == "load" && !self.moved(process, name))
            .map(|((process, name), _)| format!("{process}: {name}"))
            .collect()
    }

    /// Looks again and again until it is so.
    async fn until(&mut self, what: impl Fn(&Self) -> bool) {
        let started = Instant::now();
        let mut again = tokio::time::interval(Duration::from_millis(100));
        while !what(self) {
            again.tick().await;
            self.look().await;
            assert!(
                started.elapsed() < PATIENCE,
                "never moved: {:#?}",
                self.still()
            );
        }
    }
}

async fn scraped(admin: &str) -> String {
    let answer = Call::new("GET", "/metrics").send(admin).await;
    answer.expect("it is scraped").text()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_metric_moves_under_load_and_no_label_is_unbounded() {
    let receiver = Receiver::start().await;
    let shop = Shop::open(2, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.url)]).await;
    let vhost = pods::vhost().await;
    let (open, opened) = watch::channel(false);
    let front = Front::start(shop.server.url(), move |_| {
        let mut opened = opened.clone();
        Box::pin(async move {
            // Holds wait until the test has seen what it wants to see.
            let _ = opened.wait_for(|open| *open).await;
            None
        })
    })
    .await;
    let (gateway, gateway_url) = pods::gateway(&shop).await;
    let relay = pods::relay(&shop, &vhost).await;
    let processor = pods::processor(&shop, &vhost, "velure-order-processor", &front.url, 1).await;
    let mut scrapes = Scrapes {
        processes: vec![
            ("server", shop.server.admin()),
            ("relay", relay.admin.clone()),
            ("order-processor", processor.admin.clone()),
            ("sse-gateway", gateway.admin.clone()),
        ],
        listed: listed(),
        most: BTreeMap::new(),
        unlisted: BTreeSet::new(),
    };
    scrapes.ready().await;
    assert_eq!(
        scrapes.missing().await,
        BTreeSet::new(),
        "these appear with what they count, and no alert sees that they rose"
    );
    let buyer = shop.register().await;
    let mut frames = Frames::open(&gateway_url, &buyer).await;
    let products = shop.products().await;
    let stock = products[0]["available"].as_i64().expect("its stock");
    let everything = stock.min(99);
    let mut declined = order_body(&products[1], 1);
    declined["payment_method"] = json!("pm_card_chargeDeclined");
    let mut bodies = vec![order_body(&products[1], 1), declined];
    // Each is held for 3 s, one at a time: enough of them wait to be seen when queues are looked at, every 5 s.
    bodies.extend((0..10).map(|_| order_body(&products[1], 1)));
    // The last of these finds nothing left.
    bodies.extend((0..=stock / everything).map(|_| order_body(&products[0], everything)));
    let mut placed = Vec::new();
    for (number, body) in bodies.iter().enumerate() {
        let call = buyer
            .call("POST", "/api/orders")
            .header("idempotency-key", &format!("order-{number}"))
            .json(body);
        let answer = shop.ask(&call).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        placed.push(answer.json()["id"].as_str().expect("an id").to_owned());
    }
    let another = shop.register().await;
    assert_eq!(
        shop.ask(&another.call("GET", "/api/me/orders"))
            .await
            .status,
        200
    );
    let nobody = Call::new("GET", "/api/me/orders/events")
        .send(&gateway_url)
        .await;
    assert_eq!(nobody.expect("an answer").status, 401);

    scrapes
        .until(|seen| {
            STANDING
                .iter()
                .all(|(process, name)| seen.moved(process, name))
        })
        .await;
    open.send(true).expect("holds wait");
    for order in &placed {
        frames.until_final(order).await;
    }
    // A stream of an order that has ended is told what is stored, and ends.
    let told = buyer
        .call("GET", format!("/api/me/orders/{}/events", placed[0]))
        .send(&gateway_url)
        .await;
    assert!(told.expect("an answer").text().contains("COMPLETED"));
    scrapes.until(|seen| seen.still().is_empty()).await;

    assert!(scrapes.unlisted.is_empty(), "{:#?}", scrapes.unlisted);
    for ((process, name), row) in &scrapes.listed {
        assert!(
            row.moves != "never" || !scrapes.moved(process, name),
            "{process}: {name} moved"
        );
    }
    for pod in [gateway, relay, processor] {
        pod.terminate().await;
    }
}
