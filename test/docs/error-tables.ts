/** The error catalogue as Markdown tables, one for each of its files. */
import { auditEntries } from '#shared/domain/errors/audit-entries.ts';
import { brokerEntries } from '#shared/domain/errors/broker-entries.ts';
import { configEntries } from '#shared/domain/errors/config-entries.ts';
import { httpEntries } from '#shared/domain/errors/http-entries.ts';
import { policyEntries } from '#shared/domain/errors/policy-entries.ts';
import type { CatalogueEntry } from '#shared/domain/errors/problem.ts';
import { promotionEntries } from '#shared/domain/errors/promotion-entries.ts';
import { remoteEntries } from '#shared/domain/errors/remote-entries.ts';
import { scheduleEntries } from '#shared/domain/errors/schedule-entries.ts';
import { signInEntries } from '#shared/domain/errors/sign-in-entries.ts';
import { stsEntries } from '#shared/domain/errors/sts-entries.ts';
import { trustEntries } from '#shared/domain/errors/trust-entries.ts';
import { webhookEntries } from '#shared/domain/errors/webhook-entries.ts';
import { table } from './pages.ts';

/** Every fact stands for itself: as text in a sentence, and as a list of one. */
export const namedFacts = new Proxy({}, { get: (_, name) => [`{${String(name)}}`] });

export function errorTables(): Record<string, string> {
  return {
    files: tableOf(configEntries),
    promotions: tableOf(promotionEntries),
    policies: tableOf(policyEntries),
    webhooks: tableOf(webhookEntries),
    schedules: tableOf(scheduleEntries),
    http: tableOf(httpEntries),
    aws: tableOf(remoteEntries),
    signIn: tableOf(signInEntries),
    sts: tableOf(stsEntries),
    trust: tableOf(trustEntries),
    accounts: tableOf({ ...auditEntries, ...brokerEntries }),
  };
}

function tableOf(entries: Readonly<Record<string, unknown>>): string {
  const rows = Object.entries(entries).map(([code, found]) => {
    const { exit, status, cause, next } = found as CatalogueEntry<unknown>;
    return [`\`${code}\``, `${exit}`, `${status}`, escaped(`${cause(namedFacts)}`), escaped(`${next(namedFacts)}`)];
  });
  return table(['Code', 'Exit', 'HTTP', 'Cause', 'Next step'], rows);
}

/** Outside code, `<` would begin HTML. */
function escaped(sentence: string): string {
  return sentence
    .split('`')
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll('<', '&lt;')))
    .join('`');
}
