use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Condition;
use crate::connection::{End, Line, State, forward};

/// How often is looked whether a server listens again.
const LOOK: Duration = Duration::from_millis(20);

/// Stands between a client and a server, and takes the server away without touching it.
///
/// While nobody listens at the server's address nobody listens here either: clients are refused, as they would be without a
/// proxy. It ends, and every connection with it, when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: watch::Sender<State>,
    _tasks: JoinSet<()>,
}

impl Proxy {
    /// Forwards to `target`, a `host:port`, from a port that is free.
    ///
    /// # Errors
    /// When no port is to be had.
    pub async fn to(target: &str) -> anyhow::Result<Self> {
        Self::between("127.0.0.1:0", target).await
    }

    /// Forwards from `address` to `target`, both a `host:port`.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn between(address: &str, target: &str) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("{address} cannot be listened at"))?;
        let address = listener.local_addr()?;
        let state = watch::Sender::new(State {
            condition: Condition::Open,
            cuts: 0,
            forgotten: 0,
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(
            listener,
            address,
            target.to_owned(),
            state.subscribe(),
        ));
        Ok(Self {
            address,
            state,
            _tasks: tasks,
        })
    }

    /// Where clients connect.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Has the line be like this from now on, for the connections that there are and for new ones.
    pub fn set(&self, condition: Condition) {
        self.state.send_modify(|state| {
            state.condition = condition;
            state.cuts += u64::from(condition == Condition::Cut);
        });
    }

    /// Closes every connection, and each new one at once: the server was killed.
    pub fn cut(&self) {
        self.set(Condition::Cut);
    }

    /// Keeps connections open and carries nothing: the network lost every packet.
    pub fn stall(&self) {
        self.set(Condition::Stalled);
    }

    /// The server is back. What was written while it was stalled arrives now.
    pub fn restore(&self) {
        self.set(Condition::Open);
    }

    /// Carries nothing more on the connections that there are, and closes none of them: the network lost its table. New ones
    /// are carried.
    pub fn forget(&self) {
        self.state.send_modify(|state| state.forgotten += 1);
    }
}

async fn serve(mut listener: TcpListener, address: SocketAddr, target: String, line: Line) {
    let mut connections = JoinSet::new();
    loop {
        let refused = tokio::select! {
            accepted = listener.accept() => {
                if let Ok((client, _)) = accepted {
                    let (target, line) = (target.clone(), line.clone());
                    connections.spawn(async move { forward(client, &target, line).await });
                }
                false
            }
            Some(ended) = connections.join_next() => matches!(ended, Ok(End::Refused)),
        };
        if refused {
            drop(listener);
            listener = listen_again(address, &target).await;
        }
    }
}

/// Listens as soon as the server does.
async fn listen_again(address: SocketAddr, target: &str) -> TcpListener {
    loop {
        tokio::time::sleep(LOOK).await;
        if TcpStream::connect(target).await.is_ok()
            && let Ok(listener) = TcpListener::bind(address).await
        {
            return listener;
        }
    }
}
