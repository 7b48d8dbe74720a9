//! The words of the sprint's vocabulary: how each is stored and how a person reads it.

use crate::sprint::{Angle, BaselineGrade, Channel, Effort, Kpi, ResultWord, SprintStage};

/// A text that is none of the stored words of its kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{word}` is not one of {allowed}")]
pub struct WordError {
    /// What stood there.
    pub word: String,
    /// The words there are, comma separated.
    pub allowed: String,
}

macro_rules! words {
    ($($type:ident { $($variant:ident = $word:literal, $label:literal;)* })*) => {$(
        impl $type {
            /// All of them, in their order.
            pub const ALL: &'static [$type] = &[$($type::$variant),*];

            /// The word as stored, in JSON and in TOML.
            pub fn as_str(self) -> &'static str {
                match self { $($type::$variant => $word),* }
            }

            /// How a person reads it.
            pub fn label(self) -> &'static str {
                match self { $($type::$variant => $label),* }
            }
        }

        impl std::str::FromStr for $type {
            type Err = WordError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $type::ALL.iter().copied().find(|item| item.as_str() == text).ok_or_else(|| WordError {
                    word: text.to_owned(),
                    allowed: $type::ALL.iter().map(|item| item.as_str()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    )*};
}

words! {
    SprintStage {
        Brief = "brief", "Brief";
        Concepts = "concepts", "Concepts";
        Studio = "studio", "Studio";
        Launch = "launch", "Launch";
        Live = "live", "Live";
        PostMortem = "post_mortem", "Post-mortem";
        Signed = "signed", "Signed";
    }
    Channel {
        GoogleSearch = "google_search", "Google search";
        Meta = "meta", "Meta";
        Email = "email", "E-mail";
    }
    Kpi {
        NetRevenue = "net_revenue", "Net revenue";
        ContributionAfterAds = "contribution_after_ads", "Contribution after ads";
        NewCustomerRevenue = "new_customer_revenue", "New-customer revenue";
        RepeatRevenue = "repeat_revenue", "Repeat revenue";
    }
    Angle {
        ProblemSolution = "problem_solution", "Problem, solved";
        SocialProof = "social_proof", "What others do";
        Education = "education", "Show how";
        Craft = "craft", "How it is made";
        Convenience = "convenience", "Made easy";
        Novelty = "novelty", "On the rise";
        Season = "season", "The moment of the year";
        Gift = "gift", "A present";
        Bundle = "bundle", "Belongs together";
        Belonging = "belonging", "For our customers";
        Value = "value", "A fair price";
        Urgency = "urgency", "Really short";
    }
    Effort {
        Small = "small", "Small: copy only";
        Medium = "medium", "Medium: copy and stills";
        Large = "large", "Large: video or a page";
    }
    BaselineGrade {
        A = "A", "Randomised";
        B = "B", "Regions or switchback";
        C = "C", "Calibrated counterfactual";
        D = "D", "Before and after, proves nothing";
    }
    ResultWord {
        Won = "won", "Won";
        Lost = "lost", "Lost";
        Futile = "futile", "Futile";
        NotYetProvable = "not_yet_provable", "Not yet provable";
        NotTested = "not_tested", "Not tested";
    }
}

impl SprintStage {
    /// The stage after this one; `None` once signed.
    pub fn next(self) -> Option<SprintStage> {
        let at = SprintStage::ALL.iter().position(|stage| *stage == self)?;
        SprintStage::ALL.get(at + 1).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_what_serde_writes() {
        for stage in SprintStage::ALL {
            assert_eq!(serde_json::to_value(stage).expect("plain"), stage.as_str());
            assert_eq!(stage.as_str().parse::<SprintStage>(), Ok(*stage));
        }
        for angle in Angle::ALL {
            assert_eq!(serde_json::to_value(angle).expect("plain"), angle.as_str());
        }
        for kpi in Kpi::ALL {
            assert_eq!(serde_json::to_value(kpi).expect("plain"), kpi.as_str());
        }
        assert!("winter".parse::<SprintStage>().is_err());
        assert_eq!(SprintStage::Live.next(), Some(SprintStage::PostMortem));
        assert_eq!(SprintStage::Signed.next(), None);
    }
}
