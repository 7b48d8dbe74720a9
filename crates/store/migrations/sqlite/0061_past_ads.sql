-- Ads of the user's own past, out of the exports of their accounts: what each was and what the platform claims of it.
-- Tags are proposed by rules or a model and count once a person has confirmed them. Days are days since 1970-01-01.
CREATE TABLE past_ads (
    ad_key TEXT NOT NULL PRIMARY KEY,
    platform TEXT NOT NULL,
    account_id TEXT NOT NULL,
    campaign TEXT NOT NULL,
    ad_group TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    first_day INTEGER,
    last_day INTEGER,
    currency TEXT,
    spend_micros INTEGER NOT NULL,
    impressions INTEGER NOT NULL,
    clicks INTEGER NOT NULL,
    conversions_micros INTEGER NOT NULL,
    value_micros INTEGER NOT NULL,
    angle TEXT,
    segment TEXT,
    format TEXT,
    offer TEXT,
    tagged_by TEXT NOT NULL,
    confirmed_by TEXT,
    confirmed_at INTEGER,
    learned_at INTEGER NOT NULL
);
CREATE INDEX past_ads_by_spend ON past_ads (spend_micros);
