use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};

/// Class of the advisory locks by which a replica holds a shard: `(LEASE, shard)`.
pub const LEASE: i32 = 1_447_842_305;

/// Class of the advisory locks by which a replica says that it is awake for a shard: `(AWAKE, shard)`. The function
/// `relay.asleep` asks for it.
pub const AWAKE: i32 = 1_447_842_306;

/// Class of the advisory locks by which a replica is there at all: `(PRESENCE, anything)`.
pub const PRESENCE: i32 = 1_447_842_307;

/// Who holds what, among all replicas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// How many replicas are there, this one included.
    pub replicas: usize,
    /// The shards that somebody leases.
    pub leased: Vec<i16>,
}

/// The leases of one replica: session advisory locks, all on this one connection.
///
/// They cannot outlive the process, need no clock, and write nothing. When the connection ends, every lease has
/// ended, and its holder has to stop at once: somebody else may hold them already.
#[derive(Debug)]
pub struct Leases {
    connection: PgConnection,
}

impl Leases {
    /// Connects, and counts as a replica from now on.
    ///
    /// # Errors
    /// When the database refuses or is away.
    pub async fn open(options: &PgConnectOptions) -> Result<Self, sqlx::Error> {
        // When this machine is cut off, the server frees the locks after some 10 s and not after hours.
        let options = options.clone().options([
            ("tcp_keepalives_idle", "4"),
            ("tcp_keepalives_interval", "2"),
            ("tcp_keepalives_count", "3"),
            ("tcp_user_timeout", "10000"),
        ]);
        let mut connection = options.connect().await?;
        sqlx::query!(
            "select pg_advisory_lock_shared($1, pg_backend_pid())",
            PRESENCE
        )
        .fetch_one(&mut connection)
        .await?;
        Ok(Self { connection })
    }

    /// Looks at who holds what.
    ///
    /// # Errors
    /// When the connection is lost, and every lease with it.
    pub async fn observe(&mut self) -> Result<Presence, sqlx::Error> {
        let seen = sqlx::query!(
            r#"select count(*) filter (where classid::int8 = $1) as "replicas!",
                 coalesce(array_agg(objid::int8::int2) filter (where classid::int8 = $2), '{}') as "leased!"
               from pg_locks
               where locktype = 'advisory' and objsubid = 2 and granted
                 and database = (select oid from pg_database where datname = current_database())"#,
            i64::from(PRESENCE),
            i64::from(LEASE),
        )
        .fetch_one(&mut self.connection)
        .await?;
        Ok(Presence {
            replicas: usize::try_from(seen.replicas).unwrap_or(0),
            leased: seen.leased,
        })
    }

    /// Takes these shards, as far as nobody else was quicker. They must not be held already: a session lock counts.
    ///
    /// # Errors
    /// When the connection is lost, and every lease with it.
    pub async fn take(&mut self, shards: &[i16]) -> Result<Vec<i16>, sqlx::Error> {
        self.lock(LEASE, shards).await
    }

    /// Gives these shards back.
    ///
    /// # Errors
    /// When the connection is lost, and every lease with it.
    pub async fn give_back(&mut self, shards: &[i16]) -> Result<(), sqlx::Error> {
        self.unlock(LEASE, shards).await
    }

    /// Says that writers need not wake the relay for these shards. Which of them it holds for: a writer that is
    /// asking at this moment keeps its shard out, until the next try.
    ///
    /// # Errors
    /// When the connection is lost, and every lease with it.
    pub async fn wake_up(&mut self, shards: &[i16]) -> Result<Vec<i16>, sqlx::Error> {
        self.lock(AWAKE, shards).await
    }

    /// Says that writers have to wake the relay for these shards.
    ///
    /// # Errors
    /// When the connection is lost, and every lease with it.
    pub async fn fall_asleep(&mut self, shards: &[i16]) -> Result<(), sqlx::Error> {
        self.unlock(AWAKE, shards).await
    }

    async fn lock(&mut self, class: i32, shards: &[i16]) -> Result<Vec<i16>, sqlx::Error> {
        if shards.is_empty() {
            return Ok(Vec::new());
        }
        // The function stands in the select list over exactly these rows. In a `where` the plan would decide how
        // many locks are taken.
        let tried = sqlx::query!(
            r#"select s.shard as "shard!", pg_try_advisory_lock($1, s.shard) as "held!" from unnest($2::int2[]) as s(shard)"#,
            class,
            shards
        )
        .fetch_all(&mut self.connection)
        .await?;
        Ok(tried
            .into_iter()
            .filter(|row| row.held)
            .map(|row| row.shard)
            .collect())
    }

    async fn unlock(&mut self, class: i32, shards: &[i16]) -> Result<(), sqlx::Error> {
        if shards.is_empty() {
            return Ok(());
        }
        sqlx::query!(
            "select pg_advisory_unlock($1, s.shard) from unnest($2::int2[]) as s(shard)",
            class,
            shards
        )
        .fetch_all(&mut self.connection)
        .await?;
        Ok(())
    }
}
