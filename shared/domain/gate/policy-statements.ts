/** The statements of a policy document in a template, as wide as the template lets them become. */
import { parsePolicy } from '../iam/parse-policy.ts';
import type { PolicyUse } from '../iam/parse-statement.ts';
import type { Statement } from '../iam/policy.ts';
import type { PolicyProblem } from '../iam/policy-shape.ts';
import { isObject, type Json, type JsonObject, type TemplatePath } from '../template/template.ts';
import {
  alternatives,
  type Located,
  listAlternatives,
  mayBeAbsent,
  memberAlternatives,
  mentionsNoValue,
} from './alternatives.ts';
import { type ComputedText, computedJson, computedText, type Scope } from './computed-text.ts';

export type ReadStatement =
  | {
      readonly kind: 'statement';
      readonly statement: Statement;
      /** Left to the rules that need them: in an Allow they only narrow. None where a part can be taken away. */
      readonly conditions: readonly Located[];
      /** The values that the template does not decide and that count as `*`, as written. */
      readonly undecided: readonly string[];
      readonly path: TemplatePath;
    }
  | { readonly kind: 'unreadable'; readonly why: string; readonly path: TemplatePath };

/**
 * Reads every alternative of a document: an object, or JSON text. What is not decided statically becomes a wildcard, and what does not
 * fit the policy language is unreadable; nothing is skipped.
 */
export function readStatements(document: Located, use: PolicyUse, scope: Scope): ReadStatement[] {
  return alternatives(document).flatMap((alternative): ReadStatement[] => {
    const { path } = alternative;
    const value = documentOf(alternative.value, scope);
    if (value === undefined)
      return [unreadable(path, `${asWritten(alternative.value)} is not decided by the template`)];
    const unknown = Object.keys(value).find((name) => !['Version', 'Id', 'Statement'].includes(name));
    if (unknown !== undefined) return [unreadable(path, `${unknown} is not an element of a policy`)];
    const statements = listAlternatives({ value: value['Statement'] ?? [], path: [...path, 'Statement'] });
    if (statements.length === 0) return [unreadable(path, 'it has no statement')];
    return statements.flatMap((statement) => variantsOf(statement, use, scope));
  });
}

const unreadable = (path: TemplatePath, why: string): ReadStatement => ({ kind: 'unreadable', why, path });

/** A value of the template in a message. */
export function asWritten(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= 120 ? text : `${text.slice(0, 117)}...`;
}

function documentOf(value: Json, scope: Scope): JsonObject | undefined {
  if (isObject(value) && 'Statement' in value) return value;
  const document = computedJson(value, scope);
  return isObject(document) ? document : undefined;
}

/** One statement for each alternative of its principal. */
function variantsOf(statement: Located, use: PolicyUse, scope: Scope): ReadStatement[] {
  const { value, path } = statement;
  if (!isObject(value)) return [unreadable(path, `${asWritten(value)} is not a statement`)];
  const { Sid: _sid, Condition: condition, Principal: principal, ...elements } = value;
  const named = memberAlternatives(statement, 'Principal');
  // A principal that AWS::NoValue takes away leaves the statement as it is.
  const principals = mayBeAbsent(principal) ? [...named, undefined] : named;
  return principals.map((one) => {
    const undecided: string[] = [];
    const texts = textsOf(scope, undecided);
    const lists = ['Action', 'NotAction', 'Resource', 'NotResource'].flatMap((name) =>
      name in value ? [[name, texts(memberAlternatives(statement, name))]] : [],
    );
    const plain = {
      ...elements,
      ...Object.fromEntries(lists),
      ...(one && { Principal: principalOf(one, texts) }),
    };
    const parsed = parsePolicy({ Version: '2012-10-17', Statement: plain }, use);
    if (parsed.kind === 'unsupported') return unreadable(path, parsed.problems.map(problemText).join('; '));
    const [read] = parsed.policy.statements as [Statement];
    return {
      kind: 'statement',
      statement: read,
      conditions: mentionsNoValue(condition) ? [] : memberAlternatives(statement, 'Condition'),
      undecided,
      path,
    };
  });
}

/** The statement's own member first, where the message does not name it. */
function problemText({ pointer, message }: PolicyProblem): string {
  const member = pointer.slice('/Statement/'.length);
  return message.includes(member) ? message : `${member}: ${message}`;
}

type TextsOf = (values: readonly Located[]) => string[];

/** Notes in `undecided` what is not decided, and made-up names: only ARNs say something here. `*:*` is another way to write every action. */
function textsOf(scope: Scope, undecided: string[]): TextsOf {
  return (values) =>
    values.flatMap(listAlternatives).map(({ value }) => {
      const { text, decided, made }: ComputedText = computedText(value, scope);
      const says = decided && (made !== true || text.startsWith('arn:'));
      if (!says) undecided.push(asWritten(value));
      if (!says && decided) return '*';
      return text === '*:*' ? '*' : text;
    });
}

function principalOf({ value, path }: Located, texts: TextsOf): Json {
  // An intrinsic function in the place of the whole element could name anybody.
  if (!isObject(value) || Object.keys(value).some((name) => name === 'Ref' || name.startsWith('Fn::')))
    return texts([{ value, path }]).join();
  return Object.fromEntries(Object.keys(value).map((name) => [name, texts(memberAlternatives({ value, path }, name))]));
}
