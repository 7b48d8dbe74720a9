//! Parts of queries that are asked for again and again, computed once per snapshot.
//!
//! The engine writes every common table expression into each place that names it, and every query begins anew, so the
//! same grouping of all order lines would be computed dozens of times for one morning's opportunities. Here the second
//! wish for the same named part (the same logical plan on the same snapshot) computes it whole, keeps it in memory, and
//! whoever names it afterwards reads that. A snapshot never changes, so the answer is the same.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use datafusion::{
    arrow::array::RecordBatch,
    common::tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    datasource::{MemTable, provider_as_source},
    error::Result,
    logical_expr::{LogicalPlan, LogicalPlanBuilder, SubqueryAlias},
    prelude::SessionContext,
};
use tokio::sync::OnceCell;

use crate::LakeTable;

/// Memory that the kept parts of one snapshot may take.
const MEMORY_LIMIT: usize = 256 << 20;
/// A larger part is not kept.
const PART_LIMIT: usize = 96 << 20;
/// Parts that are remembered as asked for; a service that asks ever new questions must not grow.
const REMEMBERED: usize = 4_096;

/// `None`: computed once, and too large to keep.
type Kept = Arc<OnceCell<Option<Arc<MemTable>>>>;

#[derive(Default)]
struct Wish {
    asked: usize,
    kept: Kept,
}

/// What of one snapshot was asked for and is kept.
#[derive(Default)]
pub(crate) struct Shared {
    wishes: Mutex<HashMap<LogicalPlan, Wish>>,
    bytes: AtomicUsize,
}

impl Shared {
    /// Forgets everything: a newer snapshot has taken over.
    pub(crate) fn clear(&self) {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.bytes.store(0, Ordering::Relaxed);
    }

    /// The plan with its repeated parts read from memory.
    ///
    /// # Errors
    /// A part cannot be computed: the query itself could not either.
    pub(crate) async fn apply(&self, session: &SessionContext, plan: LogicalPlan) -> Result<LogicalPlan> {
        let repeated = self.repeated(&plan)?;
        if repeated.is_empty() {
            return Ok(plan);
        }
        let mut tables: HashMap<LogicalPlan, Arc<MemTable>> = HashMap::new();
        for (part, kept) in repeated {
            // Whoever asks at the same time waits for the first.
            let table = kept.get_or_try_init(|| Box::pin(self.compute(session, &part))).await?;
            if let Some(table) = table {
                tables.insert(part, Arc::clone(table));
            }
        }
        let read = plan.transform_down(|node| {
            let LogicalPlan::SubqueryAlias(alias) = &node else { return Ok(Transformed::no(node)) };
            let Some(table) = tables.get(alias.input.as_ref()) else { return Ok(Transformed::no(node)) };
            let table = provider_as_source(Arc::clone(table) as _);
            let scan = LogicalPlanBuilder::scan("shared", table, None)?.build()?;
            let named = SubqueryAlias::try_new(Arc::new(scan), alias.alias.clone())?;
            Ok(Transformed::new(LogicalPlan::SubqueryAlias(named), true, TreeNodeRecursion::Jump))
        })?;
        Ok(read.data)
    }

    /// The outermost named parts that were wished for before or are named twice here.
    fn repeated(&self, plan: &LogicalPlan) -> Result<Vec<(LogicalPlan, Kept)>> {
        let mut counts: HashMap<LogicalPlan, usize> = HashMap::new();
        plan.apply(|node| {
            if let Some(part) = part(node)? {
                *counts.entry(part.clone()).or_default() += 1;
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        let mut wishes = self.wishes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<(LogicalPlan, Kept)> = Vec::new();
        plan.apply(|node| {
            let Some(part) = part(node)? else { return Ok(TreeNodeRecursion::Continue) };
            let here = counts.get(part).copied().unwrap_or(1);
            let before = wishes.get(part).map_or(0, |wish| wish.asked);
            if here + before < 2 {
                return Ok(TreeNodeRecursion::Continue);
            }
            if !found.iter().any(|(other, _)| other == part) {
                let wish = wishes.entry(part.clone()).or_default();
                found.push((part.clone(), Arc::clone(&wish.kept)));
            }
            Ok(TreeNodeRecursion::Jump)
        })?;
        if wishes.len() < REMEMBERED {
            for (part, count) in counts {
                wishes.entry(part).or_default().asked += count;
            }
        }
        Ok(found)
    }

    async fn compute(&self, session: &SessionContext, part: &LogicalPlan) -> Result<Option<Arc<MemTable>>> {
        let schema = Arc::new(part.schema().as_arrow().clone());
        let plan = Box::pin(self.apply(session, part.clone())).await?;
        let batches = session.execute_logical_plan(plan).await?.collect().await?;
        let bytes: usize = batches.iter().map(RecordBatch::get_array_memory_size).sum();
        if bytes > PART_LIMIT || self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > MEMORY_LIMIT {
            return Ok(None);
        }
        // The optimiser may know better than the plan whether a column can be NULL.
        let named = |batch: RecordBatch| RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec());
        let Ok(batches) = batches.into_iter().map(named).collect::<std::result::Result<Vec<_>, _>>() else {
            return Ok(None);
        };
        Ok(MemTable::try_new(schema, vec![batches]).ok().map(Arc::new))
    }
}

/// The plan of a node if it is a named part that costs more than reading it: something is grouped in it.
fn part(node: &LogicalPlan) -> Result<Option<&LogicalPlan>> {
    let LogicalPlan::SubqueryAlias(alias) = node else { return Ok(None) };
    let name = alias.alias.table();
    // The views themselves are as wide as the files.
    if name == "orders" || name == "ad_totals" || LakeTable::ALL.iter().any(|table| table.name() == name) {
        return Ok(None);
    }
    let input = alias.input.as_ref();
    let groups = |node: &LogicalPlan| Ok(matches!(node, LogicalPlan::Aggregate(_) | LogicalPlan::Distinct(_)));
    Ok((input.exists(groups)? && !input.contains_outer_reference()).then_some(input))
}
