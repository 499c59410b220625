use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use lambda_http::request::RequestContext;
use lambda_http::{Body, RequestExt, service_fn};
use velure_config::Env;
use velure_domain::RequestId;
use velure_telemetry::{TraceExport, export_traces, flush};

use crate::error::chain;
use crate::{Context, Endpoint, Mounted, RequestParts, StartError, fallback};

/// How long the init phase may take: AWS ends it after 10 s.
const INIT_DEADLINE: Duration = Duration::from_secs(8);

/// How long an answer waits for its spans to reach the collector. It is to be an agent beside the function, which takes
/// them in less; what is left is sent at the next request, if there is one: a sandbox sleeps as soon as it has answered.
const SPANS_WAIT: Duration = Duration::from_millis(3);

/// Hosts endpoint `E` as a Lambda function.
///
/// The order of the start: logs, variables, secrets, clients; all before the runtime asks for the first event, so that
/// it is part of the init phase. One thread, because an instance serves one request at a time.
#[must_use]
pub fn serve<E: Endpoint>() -> ExitCode {
    host(|env| async {
        let endpoint = tokio::time::timeout(INIT_DEADLINE, start::<E>(env))
            .await
            .map_err(|_| format!("the init phase took longer than {INIT_DEADLINE:?}"))?
            .map_err(|error| chain(&error))?;
        run(move |parts| {
            let endpoint = endpoint.clone();
            async move {
                let answer = endpoint.answer(parts).await;
                flush(SPANS_WAIT).await;
                answer
            }
        })
        .await
    })
}

/// Hosts the answer for paths and methods that no route has: the function behind API Gateway's `$default` route.
#[must_use]
pub fn serve_fallback() -> ExitCode {
    host(|_| run(|parts| async move { fallback(&parts) }))
}

fn host<Fut>(serve: impl FnOnce(Env) -> Fut) -> ExitCode
where
    Fut: Future<Output = Result<(), String>>,
{
    let env = Env::process();
    if let Err(error) = velure_telemetry::init_logs(env.get("VELURE_LOG")) {
        // Without logs there is only standard error; CloudWatch keeps that too.
        eprintln!("VELURE_LOG cannot be used: {error}");
        return ExitCode::FAILURE;
    }
    if let Err(error) = velure_faults::arm_from(env.get("VELURE_FAULTS")) {
        tracing::error!(error = chain(&error), "the function cannot start");
        return ExitCode::FAILURE;
    }
    let traces = TraceExport::read(
        env.get("OTEL_EXPORTER_OTLP_ENDPOINT"),
        env.get("OTEL_TRACES_SAMPLER_ARG"),
    );
    let service = env.get("AWS_LAMBDA_FUNCTION_NAME").unwrap_or("lambda");
    let exporting = match traces {
        Ok(None) => Ok(()),
        Ok(Some(traces)) => export_traces(service, &traces).map_err(|error| chain(&error)),
        Err((variable, error)) => Err(format!("{variable} {error}")),
    };
    if let Err(error) = exporting {
        tracing::error!(error, "the function cannot start");
        return ExitCode::FAILURE;
    }
    // Two TLS backends are linked in by our dependencies; the process has to name one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(serve(env)),
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error, "the function cannot start");
            ExitCode::FAILURE
        }
    }
}

async fn run<Fut>(
    answer: impl Fn(RequestParts) -> Fut + Clone + Send + 'static,
) -> Result<(), String>
where
    Fut: Future<Output = http::Response<Bytes>> + Send + 'static,
{
    let handler = service_fn(move |request: lambda_http::Request| {
        let answer = answer(parts(request));
        async move { Ok::<_, lambda_http::Error>(answer.await.map(into_body)) }
    });
    lambda_http::run_concurrent(handler)
        .await
        .map_err(|error| error.to_string())
}

async fn start<E: Endpoint>(env: Env) -> Result<Mounted, StartError> {
    let context = E::Context::new(env.resolve().await?);
    Ok(Mounted::connect::<E>(&context).await?.embedding_metrics())
}

/// JSON and problems are text; API Gateway wants anything else in base64.
fn into_body(body: Bytes) -> Body {
    if body.is_empty() {
        return Body::Empty;
    }
    match String::from_utf8(body.into()) {
        Ok(text) => Body::Text(text),
        Err(error) => Body::Binary(error.into_bytes()),
    }
}

fn parts(request: lambda_http::Request) -> RequestParts {
    let path = request.raw_http_path().to_owned();
    let (id, client_ip) = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => (
            context.request_id.clone(),
            context
                .http
                .source_ip
                .as_deref()
                .and_then(|ip| ip.parse().ok()),
        ),
        _ => (None, None),
    };
    let (parts, body) = request.into_parts();
    RequestParts {
        method: parts.method.as_str().to_owned(),
        path,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: match body {
            Body::Text(text) => text.into(),
            Body::Binary(bytes) => bytes.into(),
            Body::Empty | _ => Bytes::new(),
        },
        id: id.unwrap_or_else(|| RequestId::generate().to_string()),
        client_ip,
    }
}
