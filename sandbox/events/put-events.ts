import type {
  PutEventsCommandInput,
  PutEventsCommandOutput,
  PutEventsRequestEntry,
  PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { AwsError } from '../aws-error.ts';
import type { Call, Json, Operation, Permission } from '../kernel.ts';
import { busArn, busExists, busPlace, busPolicy } from './bus-name.ts';
import { eventTime, type SandboxEvent } from './event.ts';

type PutCall = Call<PutEventsCommandInput>;
type Entry = PutEventsRequestEntry;

/** EventBridge User Guide, PutEvents: ten entries, together below 256 KB. */
const mostEntries = 10;
const largestRequest = 256 * 1024;

/** PutEvents: good entries are queued, bad ones are reported one by one with status 200. */
export const putEvents: Operation<PutEventsCommandInput, Omit<PutEventsCommandOutput, '$metadata'>> = {
  permissions: (call) => distinct((call.input.Entries ?? []).map((entry) => permission(call, entry))),
  run: (call) => {
    const entries = call.input.Entries ?? [];
    refuseTooMuch(entries);
    const Entries = entries.map((entry) => put(call, entry));
    return { Entries, FailedEntryCount: Entries.filter(({ ErrorCode }) => ErrorCode !== undefined).length };
  },
};

function permission(call: PutCall, { EventBusName, Source, DetailType }: Entry): Permission {
  const arn = busArn(EventBusName, call);
  const context = {
    ...(Source !== undefined && { 'events:source': Source }),
    ...(DetailType !== undefined && { 'events:detail-type': DetailType }),
    'events:eventBusInvocation': 'false',
  };
  return { action: 'events:PutEvents', resource: arn, context, ...busPolicy(call.sandbox.world, arn) };
}

function distinct(permissions: readonly Permission[]): Permission[] {
  return [...new Map(permissions.map((one) => [JSON.stringify(one), one])).values()];
}

function refuseTooMuch(entries: readonly Entry[]): void {
  if (entries.length < 1 || entries.length > mostEntries)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and ${mostEntries}`,
    );
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) >= largestRequest)
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
}

/** EventBridge User Guide, "Calculating PutEvents event entry size". */
function sizeOf({ Time, Source, DetailType, Detail, Resources }: Entry): number {
  const texts = [Source, DetailType, Detail, ...(Resources ?? [])];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), Time === undefined ? 0 : 14);
}

function put(call: PutCall, entry: Entry): PutEventsResultEntry {
  const { sandbox } = call;
  const detail = parsedDetail(entry.Detail);
  const arn = busArn(entry.EventBusName, call);
  const refused = refusal(entry, detail) ?? (busExists(sandbox.world, arn) ? undefined : noBus(arn));
  if (refused || detail === undefined) return refused ?? malformed;
  const { account, region, name } = busPlace(arn);
  const event: SandboxEvent = {
    version: '0',
    id: sandbox.uuid('event'),
    'detail-type': entry.DetailType ?? '',
    source: entry.Source ?? '',
    account: call.account,
    time: eventTime(entry.Time?.getTime() ?? sandbox.now()),
    region: call.region,
    resources: entry.Resources ?? [],
    detail,
  };
  const payload = { account, region, bus: name, event: event as unknown as Json };
  sandbox.schedule({ at: sandbox.now(), service: 'events', name: 'deliver', payload });
  return { EventId: event.id };
}

const malformed: PutEventsResultEntry = { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };

function refusal(entry: Entry, detail: Json | undefined): PutEventsResultEntry | undefined {
  for (const name of ['Source', 'DetailType', 'Detail'] as const)
    if (!entry[name]) {
      const ErrorMessage = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
      return { ErrorCode: 'InvalidArgument', ErrorMessage };
    }
  if (entry.Source?.startsWith('aws.'))
    return { ErrorCode: 'NotAuthorizedForSource', ErrorMessage: 'Not authorized for the source.' };
  return detail === undefined ? malformed : undefined;
}

function noBus(arn: string): PutEventsResultEntry {
  return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: `Event bus ${busPlace(arn).name} does not exist.` };
}

/** The detail is JSON text of an object. */
function parsedDetail(text: string | undefined): Json | undefined {
  try {
    const detail = JSON.parse(text ?? '') as Json;
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? detail : undefined;
  } catch {
    return undefined;
  }
}
