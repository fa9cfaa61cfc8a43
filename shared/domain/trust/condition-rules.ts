/** What a statement asks of a request. IAM User Guide, "Condition operators", "Monitor and control actions taken with assumed roles". */
import type { Condition } from '../iam/policy.ts';
import { roleName } from '../names.ts';
import { distinct, type Finding, finding } from './finding.ts';
import {
  covers,
  demands,
  hasVariable,
  hasWildcard,
  isAws,
  isNeighbour,
  labelOf,
  type TrustStatement,
  type TrustView,
} from './trust-view.ts';

/** Session tags without which nobody may assume a target role. */
const requiredTags = ['drawbridge:promotion', 'drawbridge:environment'];

/** Findings on conditions that are missing, that hold for requests without the key, or that say nothing. */
export function conditionFindings(view: TrustView): Finding[] {
  const demanding =
    view.kind === 'execution' ? [] : view.allows.filter((statement) => letsOutsidersIn(view, statement));
  return distinct([
    ...demanding.flatMap(missingDemands),
    ...missingActions(demanding),
    ...demanding.flatMap((statement) => wideSourceIdentity(view, statement)),
    ...view.allows.flatMap(forAllValues),
    ...view.allows.flatMap(openConditions),
  ]);
}

function letsOutsidersIn(view: TrustView, { principals }: TrustStatement): boolean {
  return principals.some((principal) => isAws(principal) && !isNeighbour(view, principal));
}

/**
 * The statement that allows sts:AssumeRole requires everything itself: were it only asked where the identity or the tags are set, a
 * request that sets neither would get in without.
 */
function missingDemands(statement: TrustStatement): Finding[] {
  const { pointer } = statement;
  const label = { statement: labelOf(statement) };
  const assumes = covers(statement, 'sts:AssumeRole');
  const tags = requiredTags.filter((tag) => demands(statement, `aws:RequestTag/${tag}`).length === 0);
  const lacks = (key: string) => demands(statement, key).length === 0;
  return [
    ...(assumes && lacks('sts:ExternalId') ? [finding('TRUST_EXTERNAL_ID', label, pointer)] : []),
    ...((assumes || covers(statement, 'sts:SetSourceIdentity')) && lacks('sts:SourceIdentity')
      ? [finding('TRUST_SOURCE_IDENTITY', label, pointer)]
      : []),
    ...((assumes || covers(statement, 'sts:TagSession')) && tags.length > 0
      ? [finding('TRUST_SESSION_TAGS', { ...label, tags }, pointer)]
      : []),
  ];
}

/** Every session Drawbridge asks for carries a source identity and tags. */
function missingActions(demanding: readonly TrustStatement[]): Finding[] {
  const [first] = demanding;
  if (first === undefined) return [];
  return ['sts:SetSourceIdentity', 'sts:TagSession']
    .filter((action) => !demanding.some((statement) => covers(statement, action)))
    .map((action) => finding('TRUST_SESSION_ACTION', { action }, first.pointer));
}

/** A promotion is the identity behind a session; behind one of the audit role it may be a person. */
function wideSourceIdentity({ role }: TrustView, statement: TrustStatement): Finding[] {
  const prefixes = role.name === undefined || role.name === roleName('audit') ? ['prm-', 'usr-'] : ['prm-'];
  return demands(statement, 'sts:SourceIdentity')
    .flatMap((condition) => condition.values.map((value) => ({ condition, value })))
    .filter(({ value }) => !prefixes.some((prefix) => value.startsWith(prefix)))
    .map(({ condition, value }) => open(statement, condition, value));
}

/** ForAllValues holds for a key that is absent. A required request tag cannot come without aws:TagKeys. */
function forAllValues(statement: TrustStatement): Finding[] {
  const { conditions, pointer } = statement;
  const isPresent = (key: string) =>
    conditions.some(
      ({ operator, key: tested, values }) => operator === 'Null' && tested === key && values.join() === 'false',
    ) ||
    (key.toLowerCase() === 'aws:tagkeys' &&
      conditions.some(({ key: tested }) => /^aws:RequestTag\//i.test(tested) && demands(statement, tested).length > 0));
  return conditions
    .filter(({ quantifier, key }) => quantifier === 'ForAllValues' && !isPresent(key))
    .map(({ key }) => finding('TRUST_FOR_ALL_VALUES', { key, statement: labelOf(statement) }, pointer));
}

/** A condition that every value meets; of an external id or an organization, one that more than one value meets. */
function openConditions(statement: TrustStatement): Finding[] {
  return [...severalExternalIds(statement), ...wideConditions(statement)];
}

/** Who knows one of them gets in. */
function severalExternalIds(statement: TrustStatement): Finding[] {
  return demands(statement, 'sts:ExternalId')
    .filter(({ values }) => values.length > 1)
    .map((condition) => open(statement, condition, condition.values.map(() => '…').join(', ')));
}

function wideConditions(statement: TrustStatement): Finding[] {
  return statement.conditions
    .flatMap((condition) => condition.values.map((value) => ({ condition, value })))
    .filter(({ condition, value }) => hasVariable(value) || isWide(condition, value))
    .map(({ condition, value }) => open(statement, condition, value));
}

function isWide({ operator, key }: Condition, value: string): boolean {
  if (!/^(StringLike|ArnLike|ArnEquals)$/.test(operator)) return false;
  const name = key.toLowerCase();
  const isExact = name === 'sts:externalid' || name === 'aws:principalorgid';
  return name !== 'sts:sourceidentity' && (isExact ? hasWildcard(value) : /^[*:]+$/.test(value));
}

/** Of an external id only the wildcards are shown. */
function open(statement: TrustStatement, { key }: Condition, value: string): Finding {
  const told = key.toLowerCase() === 'sts:externalid' ? value.replaceAll(/[^*?, ]+/g, '…') : value;
  return finding('TRUST_OPEN_CONDITION', { key, value: told, statement: labelOf(statement) }, statement.pointer);
}
