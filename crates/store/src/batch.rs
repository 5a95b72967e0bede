//! A batch as both databases execute it: the rows of all its writes, grouped by statement, in one fixed order.

use std::collections::BTreeMap;

use crate::statement::{Row, Special, Statement};
use crate::{StoreError, Value, WRITER_SHIFT};

/// The rows of one statement.
pub(crate) struct Group<'w> {
    pub(crate) slot: usize,
    pub(crate) rows: Vec<&'w [Value]>,
    /// Rows that stand for several: owned, because no write holds their sum.
    pub(crate) sums: Vec<Vec<Value>>,
}

impl Group<'_> {
    pub(crate) fn len(&self) -> usize {
        self.rows.len() + self.sums.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[Value]> {
        self.rows.iter().copied().chain(self.sums.iter().map(Vec::as_slice))
    }
}

/// Hands out event ids: `writer << 48 | sequence`, growing by one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventIds {
    pub(crate) writer: i64,
    pub(crate) last: i64,
}

impl EventIds {
    /// Continues after the highest id that the writer has stored.
    pub(crate) fn after(writer: i64, highest: Option<i64>) -> EventIds {
        EventIds { writer, last: highest.unwrap_or(writer << WRITER_SHIFT) }
    }

    fn next(&mut self) -> i64 {
        self.last += 1;
        self.last
    }
}

/// Numbers the events of `writes`; true when there was one.
pub(crate) fn number_events<'w>(writes: impl Iterator<Item = &'w mut Vec<Row>>, ids: &mut EventIds) -> bool {
    let before = ids.last;
    for row in writes.flatten().filter(|row| row.statement.special == Special::EventId) {
        row.values[0] = Value::Int(ids.next());
    }
    ids.last != before
}

/// Groups rows by statement, in the order of `statements`, and adds up counters.
///
/// # Errors
/// `Broken` when a row's statement was not given at `Store::open`.
pub(crate) fn group<'w>(
    writes: impl Iterator<Item = &'w [Row]>,
    statements: &[&'static Statement],
) -> Result<Vec<Group<'w>>, StoreError> {
    let mut groups: Vec<Group> =
        (0..statements.len()).map(|slot| Group { slot, rows: Vec::new(), sums: Vec::new() }).collect();
    for row in writes.flatten() {
        let slot = statements.iter().position(|s| std::ptr::eq(*s, row.statement)).ok_or_else(|| {
            StoreError::Broken {
                query: row.statement.name.into(),
                reason: "the statement is not registered".into(),
            }
        })?;
        groups[slot].rows.push(&row.values);
    }
    for group in groups.iter_mut().filter(|group| statements[group.slot].special == Special::SumLast) {
        add_up(group);
    }
    groups.retain(|group| group.len() > 0);
    Ok(groups)
}

/// In the order of their keys, so that two committers that raise the same counters lock them in the same order and do not
/// wait for each other.
fn add_up(group: &mut Group<'_>) {
    let mut sums: BTreeMap<&[Value], i64> = BTreeMap::new();
    for row in group.rows.drain(..) {
        if let Some((Value::Int(n), key)) = row.split_last() {
            *sums.entry(key).or_default() += n;
        }
    }
    let with_sum = |(key, n): (&[Value], i64)| key.iter().cloned().chain([Value::Int(n)]).collect();
    group.sums = sums.into_iter().map(with_sum).collect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Form, Kind};

    static COUNTER: Statement = Statement {
        name: "counter",
        columns: &[("key", Kind::Text), ("n", Kind::Int)],
        form: Form::Insert,
        special: Special::SumLast,
    };
    static EVENT: Statement = Statement {
        name: "event",
        columns: &[("id", Kind::Int)],
        form: Form::Insert,
        special: Special::EventId,
    };

    fn row(statement: &'static Statement, values: Vec<Value>) -> Row {
        Row { statement, values: values.into() }
    }

    #[test]
    fn counters_of_a_batch_become_one_row_a_key_in_the_order_of_the_keys() {
        let rows = [
            row(&COUNTER, vec!["b".into(), 5.into()]),
            row(&COUNTER, vec!["a".into(), 1.into()]),
            row(&COUNTER, vec!["a".to_owned().into(), 2.into()]),
        ];
        let groups = group(std::iter::once(&rows[..]), &[&EVENT, &COUNTER]).unwrap();
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].sums, [vec![Value::from("a"), 3.into()], vec!["b".into(), 5.into()]]);
    }

    #[test]
    fn events_are_numbered_without_gaps_from_where_the_writer_stopped() {
        let mut writes = [vec![row(&EVENT, vec![Value::Null])], vec![row(&EVENT, vec![Value::Null])]];
        let mut ids = EventIds::after(1, Some((1 << 48) + 7));
        assert!(number_events(writes.iter_mut(), &mut ids));
        assert_eq!(writes[1][0].values[0], Value::Int((1 << 48) + 9));
        assert!(!number_events(std::iter::empty(), &mut ids));
    }

    #[test]
    fn a_statement_that_nobody_registered_is_an_error() {
        let rows = [row(&EVENT, vec![Value::Null])];
        assert!(group(std::iter::once(&rows[..]), &[&COUNTER]).is_err());
    }
}
