/** The encoded message some denials carry: finding it in an error's text, and reading what it says once AWS has decoded it. */
import * as z from 'zod';

/** Longest text DecodeAuthorizationMessage takes (STS API Reference). */
const longest = 10_240;
/** Characters of a message that are enough to recognise it. */
const shown = 24;

const announcement = 'Encoded authorization failure message:';
const announced = new RegExp(`${announcement}\\s*([\\w-]+)(\\.{3}|…)?`);

/** What an error's text holds: no message, one that is visibly not whole, or one that can be asked about. */
export type EncodedMessage =
  | { readonly kind: 'none' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'message'; readonly encoded: string };

/** What AWS decided on and why: for operators only, since it tells the principal's attributes and the names of policies. */
export interface Denial {
  readonly explicit: boolean;
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  /** Ids of the statements that deny. */
  readonly statements: readonly string[];
  /** Condition keys of the request, by name. */
  readonly conditions: Readonly<Record<string, readonly string[]>>;
}

/**
 * Finds "Encoded authorization failure message: …" in any text. Stack events cut long reasons, anywhere in the message or its
 * announcement; a message that lacks its end without a trace is told only by AWS, when it is decoded.
 */
export function encodedMessageIn(text: string): EncodedMessage {
  const found = announced.exec(text);
  if (!found) return /Encoded authorization/.test(text) ? { kind: 'cut' } : { kind: 'none' };
  const [, encoded = '', ellipsis] = found;
  return ellipsis !== undefined || encoded.length > longest ? { kind: 'cut' } : { kind: 'message', encoded };
}

/** As encodedMessageIn, for what a person pastes: the message may also stand alone. Shorter words are no message. */
export function pastedMessage(text: string): EncodedMessage {
  const found = encodedMessageIn(text);
  const alone = text.trim();
  return found.kind === 'none' && /^[\w-]{40,}$/.test(alone) ? { kind: 'message', encoded: alone } : found;
}

/** The text as it is shown: of encoded messages only their beginning. What was shortened is told from a whole message by its ellipsis. */
export function shortened(text: string): string {
  return text.replaceAll(new RegExp(announced, 'g'), (whole, encoded: string) =>
    encoded.length > shown ? whole.replace(encoded, `${encoded.slice(0, shown)}…`) : whole,
  );
}

/** The text as it is kept: at most `most` characters, and the encoded message whole beside them, without which nobody could decode it. */
export function keptText(text: string, most: number): string {
  const found = announced.exec(text);
  if (!found) return text.slice(0, most);
  const before = text.slice(0, found.index).slice(0, most);
  const after = text.slice(found.index + found[0].length).slice(0, most - before.length);
  return `${before}${found[0].slice(0, longest + announcement.length + 1)}${after}`;
}

/** Reads a decoded message (STS API Reference, DecodeAuthorizationMessage, "Response Elements"); undefined when it is none. */
export function readDenial(decoded: string): Denial | undefined {
  const parsed = shape.safeParse(jsonOf(decoded));
  if (!parsed.success) return undefined;
  const { explicitDeny, matchedStatements, context } = parsed.data;
  return {
    explicit: explicitDeny,
    principal: context.principal.arn,
    action: context.action,
    resource: context.resource,
    statements: matchedStatements.items.map(({ statementId }) => statementId).filter((id) => id !== ''),
    conditions: Object.fromEntries(
      context.conditions.items.map(({ key, values }) => [key, values.items.map(({ value }) => value)]),
    ),
  };
}

/** A denial in lines for a terminal: who, what, on which resource, why, and the request's condition keys in order. */
export function denialLines(denial: Denial): string[] {
  const { statements } = denial;
  const named = statements.length > 0 ? `: ${statements.join(', ')}` : '';
  const keys = Object.keys(denial.conditions).sort();
  return [
    `principal  ${denial.principal}`,
    `action     ${denial.action}`,
    `resource   ${denial.resource}`,
    `denied     ${denial.explicit ? `explicitly${named}` : 'because no policy allows it'}`,
    ...keys.map((key) => `           ${key} = ${denial.conditions[key]?.join(', ')}`),
  ];
}

const items = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item).default([]) });
const shape = z.object({
  explicitDeny: z.boolean(),
  matchedStatements: items(z.object({ statementId: z.string().default('') })).default({ items: [] }),
  context: z.object({
    principal: z.object({ arn: z.string() }),
    action: z.string(),
    resource: z.string(),
    conditions: items(z.object({ key: z.string(), values: items(z.object({ value: z.string() })) })).default({
      items: [],
    }),
  }),
});

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
