//! Caddy: the one origin that the browser sees.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::Signal;

use crate::environment;
use crate::ports;
use crate::process::{Launch, Processes};

/// Where pages come from.
#[derive(Debug, Clone)]
pub(crate) enum Pages {
    /// The built application.
    Folder(PathBuf),
    /// The development server of the web application, which reloads on change.
    Server(u16),
}

/// What the origin forwards to.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub(crate) port: u16,
    pub(crate) functions: u16,
    pub(crate) gateway: u16,
    /// Where spans are received, when anybody does.
    pub(crate) spans: u16,
    pub(crate) pages: Pages,
}

/// Where on the origin browsers send spans; an answer to an order says so.
const SPANS_PATH: &str = "/telemetry/spans";

/// The origin's name in messages, logs and requests.
pub(crate) const NAME: &str = "caddy";

impl Origin {
    /// Starts Caddy.
    pub(crate) fn start(&self, processes: &mut Processes) -> Result<()> {
        let program = environment::find_program("caddy")
            .context("Caddy is not installed: run `make setup`")?;
        let home = processes.run().path().join("caddy");
        fs::create_dir_all(&home).context("Caddy's folder cannot be made")?;
        let file = home.join("Caddyfile");
        fs::write(&file, self.caddyfile()).context("the Caddyfile cannot be written")?;
        let home = home.display().to_string();
        processes.start(
            Launch::new(NAME, program)
                .args(["run", "--adapter", "caddyfile", "--config"])
                .arg(&file)
                // Or it writes into the home of whoever runs it.
                .env("HOME", &home)
                .env("XDG_DATA_HOME", &home)
                .env("XDG_CONFIG_HOME", &home)
                .ready_at(self.port, "/api/health")
                // An open stream would hold the stop for as long as it lives.
                .stop_with(Signal::TERM, Duration::from_secs(5)),
        )
    }

    /// The address to type into a browser.
    pub(crate) fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Every origin that a browser may name for it.
    pub(crate) fn allowed_origins(&self) -> String {
        format!("{},http://127.0.0.1:{}", self.url(), self.port)
    }

    fn caddyfile(&self) -> String {
        // A browser may try either address for `localhost`; a stranger must not answer on one of them.
        let bind = if ports::has_ipv6_loopback() {
            "127.0.0.1 [::1]"
        } else {
            "127.0.0.1"
        };
        let (port, functions, gateway, spans) =
            (self.port, self.functions, self.gateway, self.spans);
        let pages = self.pages();
        format!(
            r#"{{
	admin off
	auto_https off
	grace_period 2s
	log {{
		level WARN
	}}
}}

http://localhost:{port}, http://127.0.0.1:{port} {{
	bind {bind}
	header {{
		-Server
		X-Content-Type-Options nosniff
	}}

	@events path /api/me/orders/events /api/me/orders/*/events
	handle @events {{
		reverse_proxy 127.0.0.1:{gateway} {{
			# Each event leaves at once instead of when a buffer is full.
			flush_interval -1
		}}
	}}

	@functions path /api/* /.well-known/*
	handle @functions {{
		header /api/orders velure-spans {SPANS_PATH}
		# The order page shows what an order costs.
		header /api/me/orders/* velure-demo on
		reverse_proxy 127.0.0.1:{functions}
	}}

	# A browser's own steps of a trace; they are lost while nobody receives any.
	handle {SPANS_PATH} {{
		rewrite * /v1/traces
		reverse_proxy 127.0.0.1:{spans}
	}}
	handle_errors {{
		@spans path {SPANS_PATH}
		respond @spans 204
	}}

	# Calls between the shop's own processes never come through the origin.
	@internal path /internal /internal/*
	handle @internal {{
		respond 404
	}}

{pages}}}
"#
        )
    }

    fn pages(&self) -> String {
        match &self.pages {
            Pages::Folder(folder) => format!(
                r#"	handle {{
		root * "{}"
		encode zstd gzip
		header {{
			{}
			Content-Security-Policy "{}"
		}}
		# Names in this folder hold a hash of the content; a missing one is missing, not a page, and not for ever.
		@assets {{
			path /assets/*
			file
		}}
		header @assets Cache-Control "public, max-age=31536000, immutable"
		@pages not path /assets/*
		header @pages Cache-Control no-cache
		handle @pages {{
			try_files {{path}} /index.html
			file_server
		}}
		handle {{
			file_server
		}}
	}}
"#,
                folder.display(),
                page_headers(),
                policy(
                    "script-src 'self'",
                    "style-src 'self'",
                    "connect-src 'self'"
                )
            ),
            Pages::Server(port) => format!(
                r#"	handle {{
		header {{
			{}
			Content-Security-Policy "{}"
		}}
		reverse_proxy 127.0.0.1:{port}
	}}
"#,
                page_headers(),
                // The development server puts scripts and styles into the page and talks over a WebSocket.
                policy(
                    "script-src 'self' 'unsafe-inline'",
                    "style-src 'self' 'unsafe-inline'",
                    &format!(
                        "connect-src 'self' ws://localhost:{0} ws://127.0.0.1:{0}",
                        self.port
                    )
                )
            ),
        }
    }
}

fn page_headers() -> &'static str {
    "Referrer-Policy same-origin
			X-Frame-Options DENY
			Cross-Origin-Opener-Policy same-origin
			Cross-Origin-Resource-Policy same-origin
			Permissions-Policy \"camera=(), geolocation=(), microphone=(), payment=(), usb=()\""
}

fn policy(scripts: &str, styles: &str, connections: &str) -> String {
    [
        "default-src 'none'",
        scripts,
        styles,
        connections,
        "img-src 'self' data:",
        "font-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    .join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(pages: Pages) -> String {
        let origin = Origin {
            port: 8080,
            functions: 28_081,
            gateway: 28_082,
            spans: 28_318,
            pages,
        };
        origin.caddyfile()
    }

    #[test]
    fn pages_have_the_same_headers_locally_and_behind_the_cdn() {
        let headers = include_str!("../../../../terraform/modules/edge/headers.tf");
        let (_, list) = headers
            .split_once("page_policy = join(\"; \", [")
            .expect("the policy is a list");
        let (list, _) = list.split_once(']').expect("the list ends");
        let directives: Vec<&str> = list
            .lines()
            .filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","))
            .collect();
        let local = policy(
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
        );
        assert_eq!(directives.join("; "), local);
        for header in page_headers().lines() {
            let (name, value) = header
                .trim()
                .split_once(char::is_whitespace)
                .expect("a header has a name and a value");
            let value = value.trim_matches('"');
            assert!(
                headers.contains(&format!("\"{value}\"")),
                "the CDN sends no {name}: {value}"
            );
        }
    }

    #[test]
    fn built_pages_may_run_no_inline_script_or_style() {
        let file = origin(Pages::Folder(PathBuf::from("/x/web/dist")));
        assert!(file.contains("script-src 'self';"));
        assert!(!file.contains("unsafe"));
    }

    #[test]
    fn streams_go_to_the_gateway_and_the_rest_of_the_interface_to_the_functions() {
        let file = origin(Pages::Server(28_173));
        let events = file.find("handle @events").expect("streams are routed");
        let functions = file
            .find("handle @functions")
            .expect("functions are routed");
        assert!(file[events..functions].contains("reverse_proxy 127.0.0.1:28082"));
        assert!(file[functions..].contains("reverse_proxy 127.0.0.1:28081"));
    }
}
