use std::time::Duration;

/// What is stored of a refresh token that is presented, of a session that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PresentedToken {
    /// How long ago it was exchanged for the first time; `None` when it never was.
    pub used_ago: Option<Duration>,
    /// How many successors it has.
    pub successors: u32,
    /// Whether one of them was exchanged in turn.
    pub successor_used: bool,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// It gets a successor.
    Successor,
    /// The whole session ends: of two holders one is not the browser.
    EndSession,
}

impl PresentedToken {
    /// How long a browser may ask again whose answer was lost.
    pub const GRACE: Duration = Duration::from_secs(10);

    /// Every tab of a browser that comes back to life at once asks with the same token; more than these are no
    /// browser's.
    pub const MOST_SUCCESSORS: u32 = 16;

    /// A token is good once. For [`Self::GRACE`] after that, and as long as none of its successors was used, it gets
    /// another one: the browser may have lost the answer, or has two tabs that asked at once. So whoever steals a token
    /// and presents it within that time, before the browser goes on, is not noticed by this rule; at any later time,
    /// whichever of the two comes second ends the session for both.
    #[must_use]
    pub fn exchange(&self) -> Exchange {
        let good = self.used_ago.is_none_or(|ago| {
            ago < Self::GRACE && !self.successor_used && self.successors < Self::MOST_SUCCESSORS
        });
        if good {
            Exchange::Successor
        } else {
            Exchange::EndSession
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Default, Clone, Copy)]
    struct Token {
        parent: Option<usize>,
        used: Option<Duration>,
    }

    #[test]
    fn the_grace_is_over_when_it_is_over() {
        let used = |ago| PresentedToken {
            used_ago: Some(ago),
            successors: 1,
            successor_used: false,
        };
        let last = PresentedToken::GRACE - Duration::from_millis(1);
        assert_eq!(used(last).exchange(), Exchange::Successor);
        assert_eq!(used(PresentedToken::GRACE).exchange(), Exchange::EndSession);
    }

    /// A session as the database keeps it.
    #[derive(Debug)]
    struct Session {
        tokens: Vec<Token>,
        ended: bool,
        now: Duration,
    }

    impl Session {
        fn opened() -> Self {
            Self {
                tokens: vec![Token::default()],
                ended: false,
                now: Duration::ZERO,
            }
        }

        /// Exchanges a token for its successor, when it gets one.
        fn present(&mut self, token: usize) -> Option<usize> {
            if self.ended {
                return None;
            }
            let children = || self.tokens.iter().filter(|t| t.parent == Some(token));
            let presented = PresentedToken {
                used_ago: self.tokens[token].used.map(|used| self.now - used),
                successors: u32::try_from(children().count()).expect("dozens"),
                successor_used: children().any(|child| child.used.is_some()),
            };
            match presented.exchange() {
                Exchange::EndSession => {
                    self.ended = true;
                    None
                }
                Exchange::Successor => {
                    self.tokens[token].used.get_or_insert(self.now);
                    self.tokens.push(Token {
                        parent: Some(token),
                        used: None,
                    });
                    Some(self.tokens.len() - 1)
                }
            }
        }

        fn wait(&mut self, milliseconds: u64) {
            self.now += Duration::from_millis(milliseconds);
        }
    }

    /// A browser's tabs ask with the token that it has, each once; whose answer comes last is what it has then. When
    /// none comes it asks again.
    #[derive(Debug, Clone)]
    struct Round {
        pause: u64,
        tabs: Vec<(u64, bool)>,
    }

    fn rounds() -> impl Strategy<Value = Vec<Round>> {
        let tab = (0..1_500_u64, any::<bool>());
        let round = (0..3_600_000_u64, prop::collection::vec(tab, 1..5));
        let round = round.prop_map(|(pause, tabs)| Round { pause, tabs });
        prop::collection::vec(round, 1..30)
    }

    /// What the browser has after a round.
    fn refresh(session: &mut Session, mut token: usize, round: &Round) -> Option<usize> {
        session.wait(round.pause);
        let had = token;
        for (wait, arrives) in &round.tabs {
            session.wait(*wait);
            let next = session.present(had)?;
            if *arrives {
                token = next;
            }
        }
        if token == had {
            token = session.present(had)?;
        }
        Some(token)
    }

    proptest! {
        #[test]
        fn a_browser_that_asks_again_in_time_stays_signed_in(rounds in rounds()) {
            let mut session = Session::opened();
            let mut token = 0;
            for round in &rounds {
                let next = refresh(&mut session, token, round);
                prop_assert!(next.is_some(), "signed out by {round:?}");
                token = next.unwrap_or_default();
            }
        }

        /// The thief copies what the browser has after some round, and presents it when the browser has gone on.
        #[test]
        fn a_stolen_token_that_is_presented_after_the_browsers_ends_the_session(
            before in rounds(), after in rounds(), late in 10_001..10_000_000_u64,
        ) {
            let mut session = Session::opened();
            let mut token = 0;
            for round in &before {
                token = refresh(&mut session, token, round).unwrap_or_default();
            }
            let stolen = token;
            for round in &after {
                token = refresh(&mut session, token, round).unwrap_or_default();
            }
            session.wait(late);
            prop_assert_eq!(session.present(stolen), None);
            prop_assert_eq!(session.present(token), None, "the browser has to sign in");
        }

        /// The thief is first, and lives on with what it got; the browser comes later with what it had.
        #[test]
        fn a_thief_that_comes_first_is_found_when_the_browser_comes(
            before in rounds(), thefts in rounds(), late in 10_001..10_000_000_u64,
        ) {
            let mut session = Session::opened();
            let mut token = 0;
            for round in &before {
                token = refresh(&mut session, token, round).unwrap_or_default();
            }
            let mut stolen = token;
            for round in &thefts {
                stolen = refresh(&mut session, stolen, round).unwrap_or_default();
            }
            session.wait(late);
            prop_assert_eq!(session.present(token), None);
            prop_assert_eq!(session.present(stolen), None, "what the thief has is worth nothing");
        }

        #[test]
        fn nobody_gets_successors_without_end(times in 17..200_u32) {
            let mut session = Session::opened();
            let got = (0..times).filter(|_| session.present(0).is_some()).count();
            prop_assert_eq!(got, 16);
        }
    }
}
