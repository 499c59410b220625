//! Lambda's Runtime API for one execution environment: one process, one call at a time.
//!
//! The process is the function's own binary. It waits in a shell until it has been put into its control group, so that
//! the time of its start is its own from `exec` on, and none of it is spent outside its share of the processor.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

/// How long a function may take to ask for work, and to answer: more than any route's deadline, with a fifteenth of a
/// processor.
const PATIENCE: Duration = Duration::from_secs(60);

/// `$0` is the binary and `$1` the file that takes the process' number, or nothing.
const SHELL: &str =
    r#"if [ -n "$1" ]; then echo $$ > "$1" || exit 77; fi; echo ready; read -r go; exec "$0""#;

/// What a function is.
#[derive(Debug, Clone, Copy)]
pub struct Function<'a> {
    /// Its bootstrap.
    pub binary: &'a Path,
    /// Its name.
    pub name: &'a str,
    /// What it is told of its memory.
    pub memory_mb: u32,
    /// Its variables; it has no others but Lambda's.
    pub variables: &'a BTreeMap<String, String>,
    /// The `cgroup.procs` of its control group.
    pub group: Option<&'a Path>,
}

/// A running environment.
#[derive(Debug)]
pub struct Environment {
    child: Child,
    /// From `exec` to the first request for work.
    pub init: Duration,
    events: mpsc::Sender<Value>,
    messages: mpsc::Receiver<Message>,
    logged: Arc<AtomicU64>,
    // Dropped with the environment, which ends them.
    _tasks: JoinSet<()>,
}

/// What a call came to.
#[derive(Debug)]
pub struct Outcome {
    /// From handing the event out to the answer's last byte.
    pub wall: Duration,
    /// The answer to API Gateway.
    pub answer: Value,
}

#[derive(Debug)]
enum Message {
    Asked(Instant),
    HandedOut(Instant),
    Answered(Instant, Bytes),
    Failed(Bytes),
}

struct Host {
    events: Mutex<mpsc::Receiver<Value>>,
    messages: mpsc::Sender<Message>,
    calls: AtomicU64,
}

impl Environment {
    /// Starts a process and waits until it asks for work.
    ///
    /// # Errors
    /// When it does not.
    pub async fn start(function: Function<'_>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let group = function.group.map(|path| path.display().to_string());
        let mut child = Command::new("/bin/sh")
            .arg("-c")
            .arg(SHELL)
            .arg(function.binary)
            .arg(group.unwrap_or_default())
            .env_clear()
            .envs(function.variables)
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", function.name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env(
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                function.memory_mb.to_string(),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("a shell cannot be started")?;
        let mut output = child.stdout.take().context("its output is a pipe")?;
        let errors = child.stderr.take().context("its errors are a pipe")?;
        let mut input = child.stdin.take().context("its input is a pipe")?;
        let mut ready = [0u8; 6];
        output
            .read_exact(&mut ready)
            .await
            .context("the process cannot be put into its control group")?;
        let logged = Arc::new(AtomicU64::new(0));
        let (events, taken) = mpsc::channel(1);
        let (said, mut messages) = mpsc::channel(8);
        let host = Arc::new(Host {
            events: Mutex::new(taken),
            messages: said,
            calls: AtomicU64::new(0),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(drain(output, Arc::clone(&logged)));
        tasks.spawn(drain(errors, Arc::clone(&logged)));
        tasks.spawn(accept(listener, host));
        let began = Instant::now();
        input.write_all(b"\n").await?;
        let asked = tokio::time::timeout(PATIENCE, messages.recv()).await;
        let Ok(Some(Message::Asked(at))) = asked else {
            bail!(
                "{} did not ask for work within {PATIENCE:?}: is it built, and does it have its variables?",
                function.name
            );
        };
        Ok(Self {
            child,
            init: at - began,
            events,
            messages,
            logged,
            _tasks: tasks,
        })
    }

    /// Gives it an event and waits for the answer.
    ///
    /// # Errors
    /// When it reports an error or nothing.
    pub async fn call(&mut self, event: Value) -> anyhow::Result<Outcome> {
        self.events
            .send(event)
            .await
            .context("the environment is gone")?;
        let mut began = None;
        loop {
            let message = tokio::time::timeout(PATIENCE, self.messages.recv()).await;
            match message
                .context("no answer in time")?
                .context("the environment is gone")?
            {
                Message::HandedOut(at) => began = Some(at),
                // It asks for the next call once it has answered the last one.
                Message::Asked(_) => {}
                Message::Answered(at, body) => {
                    let began = began.context("an answer to no call")?;
                    return Ok(Outcome {
                        wall: at - began,
                        answer: serde_json::from_slice(&body).context("the answer is no JSON")?,
                    });
                }
                Message::Failed(body) => bail!("it failed: {}", String::from_utf8_lossy(&body)),
            }
        }
    }

    /// Its process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id().unwrap_or(0)
    }

    /// Bytes that it has written so far, to both of its outputs.
    #[must_use]
    pub fn logged(&self) -> u64 {
        self.logged.load(Ordering::Relaxed)
    }

    /// Ends it.
    ///
    /// # Errors
    /// When it has ended by itself.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        ensure!(
            self.child.try_wait()?.is_none(),
            "the function ended by itself"
        );
        self.child.kill().await?;
        Ok(())
    }
}

async fn drain(mut output: impl tokio::io::AsyncRead + Unpin, logged: Arc<AtomicU64>) {
    let mut bytes = vec![0u8; 16 * 1024];
    while let Ok(read) = output.read(&mut bytes).await {
        if read == 0 {
            break;
        }
        logged.fetch_add(read as u64, Ordering::Relaxed);
    }
}

async fn accept(listener: TcpListener, host: Arc<Host>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let host = Arc::clone(&host);
        connections.spawn(async move {
            let service = service_fn(move |request| answer(Arc::clone(&host), request));
            // A connection ends when its process does: nobody is left to be told.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    host: Arc<Host>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    if path.ends_with("/invocation/next") {
        let _ = host.messages.send(Message::Asked(Instant::now())).await;
        let event = host.events.lock().await.recv().await;
        let Some(event) = event else {
            return Ok(empty(410));
        };
        let call = host.calls.fetch_add(1, Ordering::Relaxed);
        let deadline = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default()
            + PATIENCE;
        let response = Response::builder()
            .header("lambda-runtime-aws-request-id", format!("call-{call}"))
            .header(
                "lambda-runtime-deadline-ms",
                deadline.as_millis().to_string(),
            )
            .header(
                "lambda-runtime-invoked-function-arn",
                "arn:aws:lambda:us-east-1:123456789012:function:measured",
            )
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(event.to_string())));
        let _ = host.messages.send(Message::HandedOut(Instant::now())).await;
        return Ok(response.unwrap_or_else(|_| empty(500)));
    }
    let failed = path.ends_with("/error");
    let body = request
        .into_body()
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let message = if failed {
        Message::Failed(body)
    } else {
        Message::Answered(Instant::now(), body)
    };
    let _ = host.messages.send(message).await;
    Ok(empty(202))
}

fn empty(status: u16) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or_default();
    response
}
