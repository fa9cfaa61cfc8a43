/** Settings of a stack, before and after: what stands beside its template. */
import { canonicalJson } from '../release/canonical-json.ts';
import type { Desired, Live } from './stack-facts.ts';
import type { SettingChange } from './stack-plan.ts';
import { changedValues } from './value-changes.ts';

/** What stands beside the template. What the release says nothing about stays, and is not here. */
export function settingChanges(desired: Desired, live: Live | undefined): SettingChange[] {
  const changed = changedValues(liveSettings(live), { ...liveSettings(live), ...wantedSettings(desired, live) });
  const loosened = live === undefined ? [] : loosenedBy(desired, live);
  return changed.map((change) => (loosened.includes(change.name) ? { ...change, loosens: true } : change));
}

/** One line, `none` where there are none. */
export function alarmsText(rollback: Desired['rollback']): string {
  if (rollback.alarms.length === 0) return none;
  const { monitorMinutes: minutes } = rollback;
  return `${listText(rollback.alarms)}, watched for ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} after`;
}

/** Settings that are made by calls of their own; the others are part of a change set. */
export function isOwnCall({ name }: SettingChange): boolean {
  return name === protection || name === policy;
}

const protection = 'termination protection';
const policy = 'stack policy';
const alarms = 'rollback alarms';

/** The settings of which the release wants less than there is; another stack policy may allow anything, so it counts as less. */
function loosenedBy({ capabilities, rollback }: Desired, live: Live): string[] {
  const watched = live.rollback ?? { alarms: [], monitorMinutes: 0 };
  const fewer = watched.alarms.some((alarm) => !rollback.alarms.includes(alarm));
  return [
    ...(capabilities.some((capability) => !live.capabilities.includes(capability)) ? ['capabilities'] : []),
    ...(fewer || rollback.monitorMinutes < watched.monitorMinutes ? [alarms] : []),
    ...(live.stackPolicy === undefined ? [] : [policy]),
    ...(live.terminationProtection ? [protection] : []),
  ];
}

function liveSettings(live: Live | undefined): Record<string, string> {
  if (live === undefined) return {};
  return written({
    capabilities: listText(live.capabilities),
    'execution role': live.roleArn,
    notifications: listText(live.notificationArns),
    [alarms]: live.rollback && alarmsText(live.rollback),
    [policy]: policyText(live.stackPolicy),
    [protection]: protectionText(live.terminationProtection),
  });
}

/** Nothing is said about what CloudFormation does anyway when a stack is made. */
function wantedSettings(desired: Desired, live: Live | undefined): Record<string, string> {
  const creates = live === undefined;
  const worth = (text: string | undefined, usual: string) => (creates && text === usual ? undefined : text);
  const known = creates || live.rollback !== undefined;
  return written({
    capabilities: worth(listText(desired.capabilities), none),
    'execution role': desired.roleArn,
    notifications: worth(listText(desired.notificationArns), none),
    'on a failed creation': creates ? worth(desired.onCreateFailure, 'rollback') : undefined,
    [alarms]: known ? worth(alarmsText(desired.rollback), none) : undefined,
    [policy]: policyText(desired.stackPolicy),
    [protection]: worth(protectionText(desired.terminationProtection), 'off'),
  });
}

const none = 'none';

function listText(list: readonly string[] | undefined): string | undefined {
  if (list === undefined) return undefined;
  return list.length === 0 ? none : [...new Set(list)].sort().join(', ');
}

function protectionText(on: boolean): string {
  return on ? 'on' : 'off';
}

/** CloudFormation gives a policy back as it was written; spelling is no difference. */
function policyText(text: string | undefined): string | undefined {
  try {
    return text && canonicalJson(JSON.parse(text));
  } catch {
    return text;
  }
}

function written(texts: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
