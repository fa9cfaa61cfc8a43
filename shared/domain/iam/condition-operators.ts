import { type Truth, truthOf } from './truth.ts';
import { literalText, matchesPattern, type Pattern, patternOf, splitAtColons } from './wildcard.ts';

/** One condition operator without its negation: how a value of the request compares with one value of the policy. */
export interface ConditionOperator {
  readonly negates: boolean;
  readonly compare: (value: string, operand: Pattern) => Truth;
  /** Whether a value without variables, as written in a policy, can be compared at all. */
  readonly accepts: (operand: string) => boolean;
}

/**
 * The supported operators (IAM User Guide, "IAM JSON policy elements: Condition operators"). Not supported, hence errors: IpAddress,
 * NotIpAddress, BinaryEquals. `Null` is handled apart, since it asks for presence and not for a value.
 */
export function conditionOperator(name: string): ConditionOperator | undefined {
  return operators.get(name);
}

const anyText = (): boolean => true;
const isBoolean = (operand: string): boolean => /^(true|false)$/i.test(operand);
const isArn = (operand: string): boolean => splitAtColons(patternOf(operand), 6) !== undefined;
const equals = (value: string, operand: Pattern): Truth => truthOf(value === literalText(operand));
const like = (value: string, operand: Pattern): Truth => truthOf(matchesPattern(operand, value));
const equalsIgnoringCase = (value: string, operand: Pattern): Truth =>
  truthOf(value.toLowerCase() === literalText(operand).toLowerCase());

const operators = new Map<string, ConditionOperator>([
  ...bothWays('String', 'Equals', { compare: equals, accepts: anyText }),
  ...bothWays('String', 'EqualsIgnoreCase', { compare: equalsIgnoringCase, accepts: anyText }),
  ...bothWays('String', 'Like', { compare: like, accepts: anyText }),
  // ArnEquals and ArnLike behave identically.
  ...bothWays('Arn', 'Equals', { compare: arnLike, accepts: isArn }),
  ...bothWays('Arn', 'Like', { compare: arnLike, accepts: isArn }),
  ['Bool', { negates: false, compare: equalsIgnoringCase, accepts: isBoolean }],
  ...ordered('Numeric', numberOf),
  ...ordered('Date', instantOf),
]);

type Comparison = Omit<ConditionOperator, 'negates'>;

function bothWays(family: string, relation: string, comparison: Comparison): [string, ConditionOperator][] {
  return [
    [`${family}${relation}`, { negates: false, ...comparison }],
    [`${family}Not${relation}`, { negates: true, ...comparison }],
  ];
}

/** Each of the six colon-separated components is compared on its own, so no wildcard reaches into the account or the region. */
function arnLike(value: string, operand: Pattern): Truth {
  const actual = splitAtColons([...value], 6);
  const expected = splitAtColons(operand, 6);
  if (!actual || !expected) return 'unmet';
  return truthOf(actual.every((part, index) => matchesPattern(expected[index] as Pattern, literalText(part))));
}

function ordered(family: string, read: (text: string) => number | undefined): [string, ConditionOperator][] {
  const operator = (holds: (value: number, operand: number) => boolean): Comparison => ({
    accepts: (operand) => read(operand) !== undefined,
    compare: (value, operand) => {
      const [left, right] = [read(value), read(literalText(operand))];
      return left === undefined || right === undefined ? 'undecidable' : truthOf(holds(left, right));
    },
  });
  const relations: [string, Comparison][] = [
    ['LessThan', operator((value, operand) => value < operand)],
    ['LessThanEquals', operator((value, operand) => value <= operand)],
    ['GreaterThan', operator((value, operand) => value > operand)],
    ['GreaterThanEquals', operator((value, operand) => value >= operand)],
  ];
  return [
    ...bothWays(
      family,
      'Equals',
      operator((value, operand) => value === operand),
    ),
    ...relations.map(([relation, comparison]): [string, ConditionOperator] => [
      `${family}${relation}`,
      { negates: false, ...comparison },
    ]),
  ];
}

function numberOf(text: string): number | undefined {
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

const isoInstant = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** Milliseconds of an ISO 8601 date or of epoch seconds. */
function instantOf(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const instant = isoInstant.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}
