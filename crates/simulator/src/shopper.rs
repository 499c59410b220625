//! Shoppers: they ask until they are answered, sometimes twice at once, and then watch.

use std::collections::BTreeMap;

use velure_domain::{Cart, CartLine, Currency, Money, PaymentMethod, Quantity};

use crate::Trap;
use crate::catalog::{Lines, product_id};
use crate::chance::Ms;
use crate::gateway::Topic;
use crate::transaction::Work;
use crate::world::{Happening, World};

/// An order that somebody wants.
#[derive(Debug, Clone)]
struct Want {
    buyer: usize,
    key: usize,
    lines: Lines,
    method: PaymentMethod,
    /// What the browser says that it costs: less than it does.
    claimed: i64,
    /// The order that its first answer named.
    order: Option<usize>,
}

/// What is stored of an order when it is placed.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) cart: Cart,
    pub(crate) total: Money,
    pub(crate) method: PaymentMethod,
    pub(crate) price: i64,
    lines: Lines,
}

#[derive(Debug, Default)]
pub(crate) struct Shoppers {
    wants: Vec<Want>,
    pub(crate) contents: BTreeMap<usize, Content>,
    orders: usize,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Ask { want: usize },
    Answer { want: usize, order: Option<usize> },
}

fn price_of(product: usize) -> i64 {
    1_999 + 101 * i64::try_from(product).expect("a few")
}

impl Shoppers {
    pub(crate) fn key_of(&self, want: usize) -> (usize, usize) {
        (self.wants[want].buyer, self.wants[want].key)
    }

    pub(crate) fn buyer_of(&self, want: usize) -> usize {
        self.wants[want].buyer
    }

    /// How often an order asks for each product: once each, unless a trap leaves lines unmerged.
    pub(crate) fn lines_of(&self, order: usize, trap: Option<Trap>) -> Lines {
        let Some(content) = self.contents.get(&order) else {
            return Vec::new();
        };
        if trap == Some(Trap::UnmergedLines) {
            return content.lines.clone();
        }
        content
            .cart
            .lines()
            .iter()
            .map(|line| {
                let product = usize::from_str_radix(line.product_id.as_str(), 16);
                (
                    product.expect("hexadecimal"),
                    i64::from(line.quantity.get()),
                )
            })
            .collect()
    }

    pub(crate) fn are_answered(&self) -> bool {
        self.wants.iter().all(|want| want.order.is_some())
    }
}

impl World {
    pub(crate) fn shoppers_come(&mut self) {
        let mut keys = vec![0; self.plan.buyers];
        for want in 0..self.plan.orders {
            let buyer = self.chance.below(self.plan.buyers);
            keys[buyer] += 1;
            let lines: Lines = (0..1 + self.chance.below(3))
                .map(|_| {
                    let product = self.chance.below(self.plan.products);
                    (
                        product,
                        i64::try_from(1 + self.chance.below(3)).expect("three"),
                    )
                })
                .collect();
            let declined = self.chance.permille(self.plan.declined);
            let method = if declined {
                "pm_card_chargeDeclined"
            } else {
                "pm_card_visa"
            };
            self.shoppers.wants.push(Want {
                buyer,
                key: keys[buyer],
                lines,
                method: method.parse().expect("a token"),
                claimed: 1,
                order: None,
            });
            let at = self.chance.between(0, self.plan.rush);
            self.at(at, Happening::Shopper(Step::Ask { want }));
            if self.chance.permille(200) {
                // An impatient finger, or a second tab.
                let again = at + self.chance.between(0, 300);
                self.at(again, Happening::Shopper(Step::Ask { want }));
            }
        }
        for buyer in 0..self.plan.buyers {
            self.watch_topic(Topic::Buyer(buyer), 1);
        }
    }

    pub(crate) fn shopper(&mut self, step: Step) {
        match step {
            Step::Ask { want } => self.ask(want),
            Step::Answer { want, order } => self.answer(want, order),
        }
    }

    fn ask(&mut self, want: usize) {
        let wait: Ms = self.chance.between(500, 3_000);
        if self.catalog.deaf || self.database.down || self.goes_wrong(self.plan.rates.lost) {
            // No answer: again, under the same key.
            return self.after(wait, Happening::Shopper(Step::Ask { want }));
        }
        self.shoppers.orders += 1;
        let order = self.shoppers.orders;
        if self.is_trapped(Trap::AnswerBeforeCommit) {
            let answer = Step::Answer {
                want,
                order: Some(order),
            };
            self.after(2, Happening::Shopper(answer));
        }
        self.begin(None, Work::Place { want, order });
    }

    /// What is stored with an order.
    pub(crate) fn place_content(&mut self, want: usize, order: usize) {
        let want = &self.shoppers.wants[want];
        let lines = want.lines.iter().map(|(product, quantity)| CartLine {
            product_id: product_id(*product),
            quantity: Quantity::new(*quantity).expect("three at most"),
        });
        let price: i64 = want
            .lines
            .iter()
            .map(|(product, quantity)| price_of(*product) * quantity)
            .sum();
        let total = if self.trap == Some(Trap::ClientPrice) {
            want.claimed
        } else {
            price
        };
        let content = Content {
            cart: Cart::new(lines).expect("a legal cart"),
            total: Money::new(total, Currency::Usd).expect("a legal amount"),
            method: want.method.clone(),
            price,
            lines: want.lines.clone(),
        };
        self.shoppers.contents.insert(order, content);
        self.witness.touched.insert(order);
    }

    fn answer(&mut self, want: usize, order: Option<usize>) {
        let lost = self.goes_wrong(self.plan.rates.lost);
        let Some(order) = order.filter(|_| !lost) else {
            if self.shoppers.wants[want].order.is_none() {
                let wait = self.chance.between(500, 3_000);
                self.after(wait, Happening::Shopper(Step::Ask { want }));
            }
            return;
        };
        self.tell(|_| format!("want {want} is answered: order {order}"));
        let known = *self.shoppers.wants[want].order.get_or_insert(order);
        if known != order {
            return self.wrong(format!("want {want} got orders {known} and {order}"));
        }
        let buyer = self.shoppers.wants[want].buyer;
        match self.database.orders.orders.get(&order) {
            None => self.wrong(format!(
                "a shopper was told of order {order}, which is nowhere"
            )),
            Some(found) if found.buyer != buyer => {
                self.wrong(format!("buyer {buyer} was told of another's order {order}"));
            }
            Some(_) => self.watch_topic(Topic::Order(order), 1),
        }
    }
}
