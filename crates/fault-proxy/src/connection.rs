//! One connection of a client, and the one to its server.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::watch;

use crate::Condition;

/// How long a server keeps a connection whose client it can reach no more: as long as the shop asks PostgreSQL to probe
/// one that holds locks, and less than two heartbeats of the broker.
const PROBED: Duration = Duration::from_secs(12);

/// How a line is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State {
    pub(crate) condition: Condition,
    /// How often connections were cut. Counted, so that a cut is not missed by who only sees that the server is back.
    pub(crate) cuts: u64,
    /// How often connections were forgotten.
    pub(crate) forgotten: u64,
}

pub(crate) type Line = watch::Receiver<State>;

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// One side closed it, or it was cut.
    Closed,
    /// Nobody listens at the server's address.
    Refused,
}

/// Carries until either side closes, which closes the other, or until the line does something to them.
pub(crate) async fn forward(mut client: TcpStream, target: &str, mut line: Line) -> End {
    let State {
        condition,
        cuts,
        forgotten,
    } = *line.borrow_and_update();
    if condition == Condition::Cut {
        reset(&client);
        return End::Closed;
    }
    let mut server = match connect(target, &mut line).await {
        Ok(server) => server,
        Err(end) => {
            reset(&client);
            return end;
        }
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (mut cut, mut forget) = (line.clone(), line.clone());
    let (client_in, client_out) = client.split();
    let (server_in, server_out) = server.split();
    let fate = tokio::select! {
        fate = carry(client_in, server_out, line.clone(), Way::ToServer) => fate,
        fate = carry(server_in, client_out, line, Way::ToClient) => fate,
        _ = cut.wait_for(|state| state.cuts > cuts) => Fate::Broken,
        _ = forget.wait_for(|state| state.forgotten > forgotten) => Fate::Forgotten,
    };
    match fate {
        Fate::Closed => {}
        Fate::Broken => {
            reset(&client);
            reset(&server);
        }
        Fate::Forgotten => keep_silent(client, server).await,
    }
    End::Closed
}

async fn connect(target: &str, line: &mut Line) -> Result<TcpStream, End> {
    let may = |state: &State| state.condition != Condition::Stalled;
    if line.wait_for(may).await.is_err() {
        return Err(End::Closed);
    }
    TcpStream::connect(target).await.map_err(|error| {
        if error.kind() == std::io::ErrorKind::ConnectionRefused {
            End::Refused
        } else {
            End::Closed
        }
    })
}

/// The connection is forgotten between the two: whatever the client says nobody hears, until it gives up, and the server
/// believes in it for as long as it does not probe it.
async fn keep_silent(mut client: TcpStream, server: TcpStream) {
    let believed = async {
        tokio::time::sleep(PROBED).await;
        reset(&server);
        drop(server);
    };
    let unheard = async {
        let mut buffer = [0; 4096];
        while client.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
    };
    tokio::join!(believed, unheard);
}

/// Closing it from here on tells the other side that it broke.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    ToServer,
    ToClient,
}

/// What became of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// One side closed it in order, and so the other is.
    Closed,
    Broken,
    Forgotten,
}

async fn carry(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, mut line: Line, way: Way) -> Fate {
    let mut buffer = [0; 4096];
    let mut torn_at = None;
    let mut lost = false;
    loop {
        let read = tokio::select! {
            read = from.read(&mut buffer) => match read {
                Ok(0) => return Fate::Closed,
                Ok(read) => read,
                Err(_) => return Fate::Broken,
            },
            changed = line.changed() => {
                if changed.is_err() || lost {
                    return Fate::Broken;
                }
                torn_at = None;
                continue;
            }
        };
        let mut piece = &buffer[..read];
        let condition = line.borrow_and_update().condition;
        match condition {
            Condition::Open | Condition::Cut => {}
            Condition::Slow(wait) => tokio::time::sleep(wait).await,
            Condition::Stalled => {
                let goes_on = |state: &State| state.condition != Condition::Stalled;
                if line.wait_for(goes_on).await.is_err() {
                    return Fate::Broken;
                }
            }
            Condition::Unheard if way == Way::ToClient => {
                lost = true;
                continue;
            }
            Condition::Torn(after) if way == Way::ToClient => {
                let left = torn_at.get_or_insert(after);
                let length = u64::try_from(read).unwrap_or(u64::MAX);
                if *left < length {
                    piece = &piece[..usize::try_from(*left).unwrap_or(0)];
                    let _ = to.write_all(piece).await;
                    return Fate::Broken;
                }
                *left -= length;
            }
            Condition::Unheard | Condition::Torn(_) => {}
        }
        if to.write_all(piece).await.is_err() {
            return Fate::Broken;
        }
    }
}
