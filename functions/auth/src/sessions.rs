use futures::future::BoxFuture;
use velure_http::{AccessToken, SessionCheck, SessionCheckError, SessionVerdict};
use velure_postgres::DatabaseError;
use velure_postgres::auth::SessionStore;
use velure_redis::SessionCache;

/// Looks sessions up in Redis, and in the database when Redis does not know. A Redis that is away costs its small
/// deadline and lets nobody in.
#[derive(Debug, Clone)]
pub(crate) struct DatabaseSessions {
    cache: SessionCache,
    sessions: SessionStore,
}

impl DatabaseSessions {
    pub(crate) fn new(cache: SessionCache, sessions: SessionStore) -> Self {
        Self { cache, sessions }
    }

    async fn verdict(&self, token: &AccessToken) -> Result<SessionVerdict, DatabaseError> {
        let session = token.session_id();
        match self.cache.get(session).await {
            Some(velure_redis::SessionVerdict::Active { role }) => {
                return Ok(SessionVerdict::Active { role });
            }
            Some(velure_redis::SessionVerdict::Ended) => return Ok(SessionVerdict::Ended),
            None => {}
        }
        let (verdict, remembered) =
            match self.sessions.active_role(session, token.user_id()).await? {
                Some(role) => (
                    SessionVerdict::Active { role },
                    velure_redis::SessionVerdict::Active { role },
                ),
                None => (SessionVerdict::Ended, velure_redis::SessionVerdict::Ended),
            };
        self.cache.put(session, remembered).await;
        Ok(verdict)
    }
}

impl SessionCheck for DatabaseSessions {
    fn check<'a>(
        &'a self,
        token: &'a AccessToken,
    ) -> BoxFuture<'a, Result<SessionVerdict, SessionCheckError>> {
        Box::pin(async move {
            self.verdict(token)
                .await
                .map_err(|error| SessionCheckError(error.into()))
        })
    }
}
