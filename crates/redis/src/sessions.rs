use std::time::Duration;

use velure_contracts::http::UserRole;
use velure_domain::SessionId;

use crate::Redis;

/// How long a verdict is believed. Ended sessions have to be dead everywhere within 30 s; the rest of those 30 s is
/// for a verdict that was on its way when the session ended.
pub const SESSION_TTL: Duration = Duration::from_secs(20);

/// What the database said of a session a moment ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionVerdict {
    /// It went on, and its user had this role.
    Active {
        /// What the user may do.
        role: UserRole,
    },
    /// It was ended. Sessions never come back.
    Ended,
}

/// Remembers verdicts on sessions for [`SESSION_TTL`]. It holds no list of ended sessions: such a list, once lost,
/// would bring them all back.
#[derive(Debug, Clone)]
pub struct SessionCache {
    redis: Redis,
}

impl SessionCache {
    /// Remembers in this Redis.
    #[must_use]
    pub fn new(redis: Redis) -> Self {
        Self { redis }
    }

    /// The verdict, when Redis knows one. `None` means: ask the database.
    pub async fn get(&self, session: SessionId) -> Option<SessionVerdict> {
        let mut commands = redis::pipe();
        commands.get(self.redis.keys().session(session));
        let (stored,): (Option<String>,) = self.redis.ask(&commands).await?;
        match stored.as_deref() {
            Some(ENDED) => Some(SessionVerdict::Ended),
            Some("shopper") => Some(SessionVerdict::Active {
                role: UserRole::Shopper,
            }),
            Some("admin") => Some(SessionVerdict::Active {
                role: UserRole::Admin,
            }),
            // Of another version of ours: not known.
            Some(_) | None => None,
        }
    }

    /// Remembers what the database just said. An ended session is never said to go on by a verdict that was slower.
    pub async fn put(&self, session: SessionId, verdict: SessionVerdict) {
        let key = self.redis.keys().session(session);
        let ttl = SESSION_TTL.as_secs();
        let mut commands = redis::pipe();
        match verdict {
            SessionVerdict::Ended => commands.set_ex(key, ENDED, ttl).ignore(),
            // NX: where there is a verdict it is at most 20 s old, or says that the session has ended.
            SessionVerdict::Active { role } => commands
                .cmd("SET")
                .arg(key)
                .arg(role.as_str())
                .arg("EX")
                .arg(ttl)
                .arg("NX")
                .ignore(),
        };
        self.redis.ask::<()>(&commands).await;
    }

    /// Forgets what was remembered, so that the next to ask hears it from the database. When a session ends,
    /// [`Self::put`] [`SessionVerdict::Ended`] instead: that also outlasts a slower verdict.
    pub async fn forget(&self, session: SessionId) {
        let mut commands = redis::pipe();
        commands.del(self.redis.keys().session(session)).ignore();
        self.redis.ask::<()>(&commands).await;
    }
}

const ENDED: &str = "ended";
