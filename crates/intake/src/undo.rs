//! An import is taken back: what it added no longer counts, what it replaced counts again.
//!
//! Nothing is edited in history. From a new `seq` on the import's rows are superseded, and rows that it had superseded
//! are appended once more, so that an older snapshot still gives the numbers it gave.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::{
    ImportId, InstantMs,
    facts::{Fact, Product, StockDay},
};
use lake::{LakeTable, Snapshot, quote};
use serde::{Deserialize, Serialize};
use store::{
    Tx,
    fact_keys::{self, Known},
    files,
    imports::{self, Import, ImportStatus},
    products::{self, Origin},
    undo::{self as journal, Batch, SeqRange},
};

use crate::{
    Intake, IntakeError,
    batch::{Table, hex},
};

/// Other imports that a refusal names.
const NAMED: usize = 3;

/// What undoing an import did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// The import.
    pub import_id: ImportId,
    /// Name of its file.
    pub file: String,
    /// When it was undone.
    pub at: InstantMs,
    /// Who did it.
    pub by: String,
    /// Facts that no longer count, by table.
    pub removed: BTreeMap<String, u64>,
    /// Facts that stand again as they did before the import, by table.
    pub restored: BTreeMap<String, u64>,
    /// Products nobody names any more.
    pub products_removed: u64,
    /// Products that are described as before.
    pub products_restored: u64,
    /// Customers nobody names any more.
    pub customers_removed: u64,
    /// Customers whose record is as before.
    pub customers_restored: u64,
}

/// Takes an import back, whole or as far as it got: afterwards all totals are what they were before it, and the same file
/// may be imported again. One transaction.
///
/// # Errors
/// It was undone already, it is an import of events, or imports that stand lean on it ([`IntakeError::NotUndone`] names
/// them): rows of theirs were known from it or revise it, so they are undone first. Or store or lake refused.
pub async fn undo(intake: &Intake, id: ImportId, by: &str, now: InstantMs) -> Result<Undone, IntakeError> {
    let mut tx = intake.store.begin().await?;
    let import = imports::get(&intake.store, id).await?;
    // The counter is held to the end: no other import takes numbers meanwhile.
    store::seq::allocate(&mut tx, 0).await?;
    let ranges = journal::batches(&mut tx, id).await?;
    check(&mut tx, &import, &ranges).await?;
    let work = Work {
        intake,
        id,
        now,
        batches: journal::all_batches(&mut tx).await?,
        before: intake.lake.snapshot(InstantMs(i64::MAX)).await?,
        ranges,
    };
    let mut report = Undone {
        import_id: id,
        file: import.file_name.clone(),
        at: now,
        by: by.to_owned(),
        removed: BTreeMap::new(),
        restored: BTreeMap::new(),
        products_removed: 0,
        products_restored: 0,
        customers_removed: 0,
        customers_restored: 0,
    };
    let again = work.take_back_facts(&mut tx, &mut report).await?;
    let back = work.put_products_back(&mut tx, &again, &mut report).await?;
    work.count_stock_anew(&mut tx, back).await?;
    work.put_customers_back(&mut tx, &again, &mut report).await?;
    journal::close(&mut tx, id).await?;
    imports::undo(&mut tx, id, &report).await?;
    let facts: u64 = report.removed.values().chain(report.restored.values()).sum();
    let detail = format!("{facts} facts");
    store::audit::record(&mut tx, now, by, "import.undo", &import.file_name, &detail).await?;
    tx.commit().await?;
    Ok(report)
}

async fn check(tx: &mut Tx, import: &Import, ranges: &[SeqRange]) -> Result<(), IntakeError> {
    let refuse = |why: String| Err(IntakeError::NotUndone { file: import.file_name.clone(), why });
    if import.status == ImportStatus::Undone {
        return refuse("it was undone already.".into());
    }
    if import.source == formats::Source::Events.as_str() {
        return refuse("events may have been acted on when they came in. Erase single people instead.".into());
    }
    let took = import.report.as_deref().map(serde_json::from_str::<crate::ImportReport>).and_then(Result::ok);
    if ranges.is_empty() && took.is_some_and(|report| report.rows_taken + report.rows_revised > 0) {
        return refuse("it came in with a version that kept no record of what it replaced.".into());
    }
    let leaning = journal::leaning(tx, import.id).await?;
    if leaning.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = leaning
        .iter()
        .take(NAMED)
        .map(|(file, rows)| {
            format!("{file} ({} {})", domain::group_thousands(*rows as u64), if *rows == 1 { "row" } else { "rows" })
        })
        .collect();
    let more = leaning.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    refuse(format!(
        "later imports say the same or newer things of its rows: {}{more}. Undo those first, newest first; afterwards \
         import again what should stay.",
        named.join(", ")
    ))
}

struct Work<'i> {
    intake: &'i Intake,
    id: ImportId,
    now: InstantMs,
    /// Numbers of the import, batch by batch.
    ranges: Vec<SeqRange>,
    /// All batches there are.
    batches: Vec<Batch>,
    /// Everything as it stands before the undo.
    before: Snapshot,
}

/// What rows name that stand again as they did before the import.
#[derive(Default)]
struct Again {
    products: HashSet<String>,
    customers: HashSet<String>,
}

fn within(ranges: &[SeqRange], seq: i64) -> bool {
    ranges.iter().any(|(first, last)| (*first..=*last).contains(&seq))
}

/// Ranges as a condition on `seq`.
fn condition(ranges: impl Iterator<Item = SeqRange>) -> String {
    let ranges: Vec<String> = ranges.map(|(first, last)| format!("(seq BETWEEN {first} AND {last})")).collect();
    if ranges.is_empty() { "FALSE".into() } else { format!("({})", ranges.join(" OR ")) }
}

/// Notes whose the numbers from `first` on are, one an owner.
async fn hand_out(tx: &mut Tx, first: i64, owners: &[ImportId]) -> Result<(), IntakeError> {
    let mut start = 0;
    for part in owners.chunk_by(|a, b| a == b) {
        let last = start + part.len() as i64 - 1;
        journal::note_batch(tx, part[0], (first + start, first + last)).await?;
        start = last + 1;
    }
    Ok(())
}

impl Work<'_> {
    /// The import's rows as a condition on `seq`.
    fn mine(&self) -> String {
        condition(self.ranges.iter().copied())
    }

    /// The rows of everything that was ever undone as a condition on `seq`.
    fn undone(&self) -> String {
        condition(self.batches.iter().filter(|batch| batch.is_undone).map(|batch| (batch.first, batch.last)))
    }

    /// Whose number it is, and whether that import stands apart from this one.
    fn owner(&self, seq: i64) -> Option<ImportId> {
        let at = self.batches.partition_point(|batch| batch.first <= seq);
        let batch = self.batches[..at].last().filter(|batch| seq <= batch.last)?;
        (!batch.is_undone && batch.import != self.id).then_some(batch.import)
    }

    /// Supersedes what the import brought, appends what it had superseded, and makes both known again as they were.
    async fn take_back_facts(&self, tx: &mut Tx, report: &mut Undone) -> Result<Again, IntakeError> {
        let mut stands = Again::default();
        let mut known_again: Vec<(Table, Vec<(String, Known)>)> = Vec::new();
        for table in Table::ALL {
            let keys = journal::keys(tx, self.id, table.name()).await?;
            let standing: HashSet<&String> = keys.iter().collect();
            // A person who was erased in the meantime is in neither.
            let mut replaced = journal::replaced(tx, self.id, table.name()).await?;
            replaced.retain(|(key, _)| standing.contains(key));
            replaced.sort_by_key(|(_, known)| known.import_id);
            let old: HashSet<&str> = replaced.iter().map(|(key, _)| key.as_str()).collect();
            let gone: Vec<&String> = keys.iter().filter(|key| !old.contains(key.as_str())).collect();
            note(&mut report.removed, table, gone.len());
            note(&mut report.restored, table, replaced.len());
            let first = store::seq::allocate(tx, replaced.len() as i64 + 1).await?;
            let owners: Vec<ImportId> = replaced.iter().map(|(_, known)| known.import_id).collect();
            hand_out(tx, first + 1, &owners).await?;
            let mut superseded: Vec<(String, i64)> = gone.into_iter().map(|key| (key.clone(), first)).collect();
            let mut by_batch: BTreeMap<i64, Vec<(String, i64)>> = BTreeMap::new();
            let mut again = Vec::with_capacity(replaced.len());
            for ((key, known), seq) in replaced.into_iter().zip(first + 1..) {
                superseded.push((key.clone(), seq));
                // What stood right before the batch that replaced it.
                let before =
                    self.ranges.iter().find(|(first, _)| *first > known.seq).map_or(known.seq, |(first, _)| first - 1);
                by_batch.entry(before.max(known.seq)).or_default().push((key.clone(), seq));
                again.push((key, Known { seq, ..known }));
            }
            if let Some(lake_table) = lake_table(table) {
                for (as_of_seq, facts) in &by_batch {
                    self.intake.lake.restore(tx, lake_table, facts, *as_of_seq, self.now).await?;
                    self.look_at(lake_table, facts, *as_of_seq, &mut stands).await?;
                }
                files::supersede(tx, table.name(), &superseded).await?;
            }
            known_again.push((table, again));
        }
        journal::forget_facts(tx, self.id).await?;
        for (table, known) in known_again {
            fact_keys::upsert(tx, table.name(), &known).await?;
        }
        Ok(stands)
    }

    /// Whom and what the rows name that stand again.
    async fn look_at(
        &self,
        table: LakeTable,
        facts: &[(String, i64)],
        as_of_seq: i64,
        stands: &mut Again,
    ) -> Result<(), IntakeError> {
        let customer = match table {
            LakeTable::OrderLines => "customer_id",
            LakeTable::StockDays => "NULL AS customer_id",
            _ => return Ok(()),
        };
        let snapshot = self.intake.lake.snapshot_at(as_of_seq, InstantMs(i64::MAX)).await?;
        for facts in facts.chunks(500) {
            let keys: Vec<String> = facts.iter().map(|(key, _)| quote(key)).collect();
            let (name, key, keys) = (table.name(), table.key_column(), keys.join(", "));
            let sql = format!("SELECT DISTINCT product_id, {customer} FROM {name} WHERE {key} IN ({keys})");
            for row in snapshot.query(&sql).await?.iter() {
                stands.products.insert(row.text("product_id")?.to_owned());
                if table == LakeTable::OrderLines {
                    stands.customers.extend(row.opt_text("customer_id")?.map(str::to_owned));
                }
            }
        }
        Ok(())
    }

    /// Products in the state in which they stood. Returns the states the import had given them.
    async fn put_products_back(
        &self,
        tx: &mut Tx,
        again: &Again,
        report: &mut Undone,
    ) -> Result<Vec<Product>, IntakeError> {
        let mut states: BTreeMap<String, Vec<(i64, Product, Origin)>> = BTreeMap::new();
        let mut found = products::states(tx, &self.named_by("order_lines").await?).await?;
        for range in &self.ranges {
            found.extend(products::touched(tx, *range).await?);
        }
        found.sort_by(|a, b| (&a.1.product_id, a.0).cmp(&(&b.1.product_id, b.0)));
        for (seq, product, origin) in found {
            let states = states.entry(product.product_id.clone()).or_default();
            if states.last().is_none_or(|(last, ..)| *last < seq) {
                states.push((seq, product, origin));
            }
        }
        if states.is_empty() {
            return Ok(Vec::new());
        }
        let mut named = self.named_products().await?;
        named.extend(again.products.iter().cloned());
        // The state, who described it so, and whose description that is.
        let mut again: Vec<(Option<ImportId>, Origin, Product)> = Vec::new();
        let mut mine = Vec::new();
        for (id, states) in states {
            let Some((newest, product, origin)) = states.last() else { continue };
            let is_mine = within(&self.ranges, *newest);
            // A title that nobody's lines carry any more goes, whoever gave it.
            let is_left = *origin == Origin::OrderLines && !named.contains(&id);
            if !is_mine && !is_left {
                continue;
            }
            if is_mine {
                mine.push(product.clone());
            }
            let earlier = states.iter().rev().find_map(|(seq, product, origin)| {
                let owner = self.owner(*seq).filter(|_| *origin == Origin::Catalogue || named.contains(&id))?;
                Some((Some(owner), *origin, product.clone()))
            });
            let gone = || (None, Origin::Gone, Product { is_active: false, ..product.clone() });
            let titled = || (None, Origin::OrderLines, products::from_title(&id, &product.title));
            let state = earlier.unwrap_or_else(|| if named.contains(&id) { titled() } else { gone() });
            report.products_removed += u64::from(state.1 == Origin::Gone);
            report.products_restored += u64::from(state.1 != Origin::Gone);
            again.push(state);
        }
        again.sort_by_key(|(owner, ..)| *owner);
        let first = store::seq::allocate(tx, again.len() as i64).await?;
        let nobody = again.iter().take_while(|(owner, ..)| owner.is_none()).count() as i64;
        hand_out(tx, first + nobody, &again.iter().filter_map(|(owner, ..)| *owner).collect::<Vec<_>>()).await?;
        let again: Vec<(Origin, (i64, Product))> =
            again.into_iter().zip(first..).map(|((_, origin, product), seq)| (origin, (seq, product))).collect();
        for origin in [Origin::Catalogue, Origin::OrderLines, Origin::Gone] {
            let states: Vec<(i64, Product)> =
                again.iter().filter(|(of, _)| *of == origin).map(|(_, state)| state.clone()).collect();
            products::insert(tx, origin, &states).await?;
            if origin == Origin::Catalogue {
                know_products(tx, &states).await?;
            }
        }
        Ok(mine)
    }

    /// Products that the import's rows of a table name.
    async fn named_by(&self, table: &str) -> Result<BTreeSet<String>, IntakeError> {
        let sql = format!("SELECT DISTINCT product_id FROM {table} WHERE {}", self.mine());
        let rows = self.before.query(&sql).await?;
        Ok(rows.iter().map(|row| row.text("product_id").map(str::to_owned)).collect::<Result<_, _>>()?)
    }

    /// Products that rows of other imports name.
    async fn named_products(&self) -> Result<HashSet<String>, IntakeError> {
        let mine = self.mine();
        let mut named = HashSet::new();
        for table in ["order_lines", "stock_days"] {
            let sql = format!("SELECT DISTINCT product_id FROM {table} WHERE NOT {mine}");
            for row in self.before.query(&sql).await?.iter() {
                named.insert(row.text("product_id")?.to_owned());
            }
        }
        Ok(named)
    }

    /// The stock of products that the import counted, out of the snapshots that stay.
    async fn count_stock_anew(&self, tx: &mut Tx, states: Vec<Product>) -> Result<(), IntakeError> {
        let mine = self.mine();
        let ids = self.named_by("stock_days").await?;
        if ids.is_empty() {
            return Ok(());
        }
        store::stock::forget(tx, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        let titles: HashMap<&str, &Product> = states.iter().map(|p| (p.product_id.as_str(), p)).collect();
        let mut rows = Vec::new();
        for part in ids.iter().collect::<Vec<_>>().chunks(500) {
            let part: Vec<String> = part.iter().map(|id| quote(id)).collect();
            // What the import had replaced is not there under its new number yet, so it is read as it stood before it.
            let first = self.ranges.first().map_or(0, |(first, _)| *first);
            let columns = "seq, product_id, handle, location, day, available_units, on_hand_units, price_micros";
            let newer = format!(
                "SELECT {columns} FROM stock_days WHERE product_id IN ({part}) AND seq > {first} AND NOT {mine}",
                part = part.join(", ")
            );
            let older = format!(
                "SELECT {columns} FROM stock_days WHERE product_id IN ({}) AND NOT {}",
                part.join(", "),
                self.undone()
            );
            let earlier = self.intake.lake.snapshot_at(first - 1, InstantMs(i64::MAX)).await?;
            for table in [earlier.query(&older).await?, self.before.query(&newer).await?] {
                for row in table.iter() {
                    let id = row.text("product_id")?;
                    let owner = self.owner(row.int("seq")?);
                    rows.push((
                        owner,
                        StockDay {
                            day: row.day("day")?,
                            product_id: id.to_owned(),
                            handle: row.opt_text("handle")?.map(str::to_owned),
                            title: titles.get(id).map_or(id, |product| &product.title).to_owned(),
                            location: row.text("location")?.to_owned(),
                            available_units: row.opt_int("available_units")?,
                            on_hand_units: row.opt_int("on_hand_units")?,
                            incoming_units: None,
                            price_micros: row.opt_int("price_micros")?,
                        },
                    ));
                }
            }
        }
        rows.sort_by_key(|(_, row)| row.day);
        // One statement must not name a product and place twice: the newest of each, later imports last.
        let newest: BTreeMap<(&str, &str), (Option<ImportId>, &StockDay)> =
            rows.iter().map(|(owner, row)| ((row.product_id.as_str(), row.location.as_str()), (*owner, row))).collect();
        store::stock::upsert(tx, &newest.values().map(|(_, row)| *row).collect::<Vec<_>>()).await?;
        let zone = store::brand::get_or_default(&self.intake.store).await?.zone()?;
        let mut by_owner: BTreeMap<Option<ImportId>, Vec<&StockDay>> = BTreeMap::new();
        for (owner, row) in newest.into_values() {
            by_owner.entry(owner).or_default().push(row);
        }
        for (owner, rows) in by_owner {
            let seq = store::seq::allocate(tx, 1).await?;
            crate::stock::follow(tx, &zone, &rows, seq).await?;
            if let Some(owner) = owner {
                journal::note_batch(tx, owner, (seq, seq)).await?;
            }
        }
        Ok(())
    }

    /// Customers as they were known before; whom nobody names any more is removed.
    async fn put_customers_back(&self, tx: &mut Tx, again: &Again, report: &mut Undone) -> Result<(), IntakeError> {
        let (back, mut candidates) = journal::put_customers_back(tx, self.id).await?;
        report.customers_restored = back;
        let mine = self.mine();
        let sql = format!(
            "SELECT customer_id, BOOL_AND({mine}) AS is_mine, BOOL_OR({mine}) AS has_mine FROM order_lines \
             WHERE customer_id IS NOT NULL GROUP BY customer_id"
        );
        let mut elsewhere = HashSet::new();
        for row in self.before.query(&sql).await?.iter() {
            let customer = row.text("customer_id")?;
            if !row.flag("is_mine")? {
                elsewhere.insert(customer.to_owned());
            } else if row.flag("has_mine")? {
                candidates.push(customer.to_owned());
            }
        }
        candidates.sort();
        candidates.dedup();
        candidates.retain(|customer| !elsewhere.contains(customer) && !again.customers.contains(customer));
        report.customers_removed = journal::remove_customers(tx, &candidates).await?;
        Ok(())
    }
}

/// The digests by which a catalogue of later is told apart, where one of these products has one.
async fn know_products(tx: &mut Tx, states: &[(i64, Product)]) -> Result<(), IntakeError> {
    let table = Table::Products.name();
    let known = fact_keys::lookup(tx, table, states.iter().map(|(_, product)| product.product_id.as_str())).await?;
    let again: Vec<(String, Known)> = states
        .iter()
        .filter_map(|(seq, product)| {
            let standing = known.get(&product.product_id)?;
            let digest = hex(formats::digest(&Fact::Product(product.clone())));
            Some((product.product_id.clone(), Known { digest, seq: *seq, ..standing.clone() }))
        })
        .collect();
    fact_keys::upsert(tx, table, &again).await?;
    Ok(())
}

fn note(counts: &mut BTreeMap<String, u64>, table: Table, count: usize) {
    if count > 0 {
        counts.insert(table.name().to_owned(), count as u64);
    }
}

fn lake_table(table: Table) -> Option<LakeTable> {
    LakeTable::ALL.into_iter().find(|lake| table.is_replaced_in_the_lake() && lake.name() == table.name())
}
