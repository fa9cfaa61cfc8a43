/** What a stack policy makes of planned changes. CloudFormation User Guide, "Prevent updates to stack resources". */
import { matchesWildcard } from '../iam/wildcard.ts';
import { isObject, type Json, type JsonObject } from '../template/template.ts';
import type { PlannedChange } from './stack-plan.ts';

/** What a stack policy can refuse; adding a resource is never refused. */
type PolicyAction = 'Update:Modify' | 'Update:Replace' | 'Update:Delete';

export interface Refusal {
  readonly logicalId: string;
  readonly action: PolicyAction;
  /** The change may turn out not to need the action. */
  readonly maybe: boolean;
}

/**
 * The changes of the stack itself that its policy will refuse when they are executed. Nested stacks have policies of their own. A text
 * that is no policy refuses nothing: CloudFormation never accepted it.
 */
export function refusedChanges(policy: string, changes: readonly PlannedChange[]): Refusal[] {
  const statements = statementsOf(policy);
  if (statements === undefined) return [];
  return changes
    .filter(({ within }) => within === undefined)
    .flatMap(({ logicalId, type, ...change }) =>
      actionsOf(change)
        .filter(({ action }) => !isAllowed(statements, { logicalId, type, action }))
        .map((needed) => ({ logicalId, ...needed })),
    );
}

interface Subject {
  readonly logicalId: string;
  readonly type: string;
  readonly action: PolicyAction;
}

function statementsOf(policy: string): JsonObject[] | undefined {
  const document = parsed(policy);
  if (!isObject(document)) return undefined;
  return [document['Statement'] ?? []].flat().filter(isObject);
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

function actionsOf({
  action,
  replacement,
}: Pick<PlannedChange, 'action' | 'replacement'>): Omit<Refusal, 'logicalId'>[] {
  if (action === 'Remove') return [{ action: 'Update:Delete', maybe: false }];
  if (action !== 'Modify') return [];
  if (replacement === 'True') return [{ action: 'Update:Replace', maybe: false }];
  const modify = { action: 'Update:Modify', maybe: replacement === 'Conditional' } as const;
  return replacement === 'Conditional' ? [modify, { action: 'Update:Replace', maybe: true }] : [modify];
}

/** Everything is denied that no statement allows, and a denial wins. */
function isAllowed(statements: readonly JsonObject[], subject: Subject): boolean {
  const applying = statements.filter((statement) => applies(statement, subject));
  return (
    applying.some((statement) => statement['Effect'] === 'Allow') &&
    !applying.some((statement) => statement['Effect'] === 'Deny')
  );
}

function applies(statement: JsonObject, { logicalId, type, action }: Subject): boolean {
  return (
    names(statement, 'Action', action) &&
    names(statement, 'Resource', `LogicalResourceId/${logicalId}`) &&
    conditionHolds(statement['Condition'], type)
  );
}

function names(statement: JsonObject, element: 'Action' | 'Resource', text: string): boolean {
  const named = statement[element];
  return named === undefined ? !matchesAny(statement[`Not${element}`], text) : matchesAny(named, text);
}

function matchesAny(patterns: Json | undefined, text: string): boolean {
  return [patterns ?? []].flat().some((pattern) => matchesWildcard(String(pattern), text));
}

/** The only condition key is ResourceType, with StringEquals or StringLike. */
function conditionHolds(condition: Json | undefined, type: string): boolean {
  if (!isObject(condition)) return true;
  return Object.entries(condition).every(([operator, keys]) => {
    const wanted = isObject(keys) ? keys['ResourceType'] : undefined;
    if (wanted === undefined) return true;
    return operator === 'StringEquals' ? [wanted].flat().includes(type) : matchesAny(wanted, type);
  });
}
