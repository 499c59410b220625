//! One line of the list: a request, and what both shells have to answer.

use velure_testkit::http::Call;

use super::normal::Compare;
use super::world::World;
use crate::shop::through_the_edge;

/// The function that answers what no route has.
pub(crate) const NO_ROUTE: &str = "no-route";

/// One request, with the answer that the contract gives it.
pub(crate) struct Case {
    pub(crate) name: String,
    /// The row of the route table whose endpoint answers.
    pub(crate) route: String,
    pub(crate) make: Box<dyn Fn(&World) -> Call>,
    pub(crate) status: u16,
    /// The problem's code; empty for what is no problem.
    pub(crate) code: String,
    pub(crate) compare: Compare,
    /// The emulator cannot be asked: it has no way to route `/`, makes no event of JSON that is not UTF-8, and hands on
    /// one of two headers with the same name.
    pub(crate) only_server: bool,
    /// Sent to the shell's own address, around the edge.
    pub(crate) direct: bool,
}

impl Case {
    /// A request that is done, with `status`.
    pub(crate) fn done(
        name: impl Into<String>,
        route: &str,
        status: u16,
        call: impl Fn(&World) -> Call + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            route: route.to_owned(),
            make: Box::new(call),
            status,
            code: String::new(),
            compare: Compare::Bytes,
            only_server: false,
            direct: false,
        }
    }

    /// A request that is refused with the problem `code`.
    pub(crate) fn refused(
        name: impl Into<String>,
        route: &str,
        (status, code): (u16, &str),
        call: impl Fn(&World) -> Call + 'static,
    ) -> Self {
        Self {
            code: code.to_owned(),
            ..Self::done(name, route, status, call)
        }
    }

    /// Parts of the answer are made for it.
    pub(crate) fn generated(self) -> Self {
        Self {
            compare: Compare::Generated,
            ..self
        }
    }

    pub(crate) fn only_server(self) -> Self {
        Self {
            only_server: true,
            ..self
        }
    }

    pub(crate) fn direct(self) -> Self {
        Self {
            direct: true,
            ..self
        }
    }

    /// The request as it reaches a shell.
    pub(crate) fn call(&self, world: &World) -> Call {
        let call = (self.make)(world);
        if self.direct {
            call
        } else {
            through_the_edge(&call)
        }
    }
}
