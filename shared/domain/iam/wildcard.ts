/** One position of a pattern: a literal character, or a wildcard. */
export type PatternUnit = string | { readonly wildcard: '*' | '?' };
export type Pattern = readonly PatternUnit[];
/** One position of a value: a character, or any one of those that pass the test. */
export type ValueUnit = string | { readonly test: (character: string) => boolean };

/**
 * Whether `value` matches `pattern`, where `*` stands for any run of characters (also none, also `:` and `/`) and `?` for exactly one.
 * Case-sensitive. (IAM User Guide, "IAM JSON policy elements: Resource", wildcards.)
 */
export function matchesWildcard(pattern: string, value: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === value;
  return matchesPattern(patternOf(pattern), value);
}

/** Reads `*` and `?` as wildcards and everything else as itself. */
export function patternOf(text: string): Pattern {
  return [...text].map((character) => (character === '*' || character === '?' ? { wildcard: character } : character));
}

/** Matches in time linear in practice: only the last `*` is ever tried again, further to the right. */
export function matchesPattern(pattern: Pattern, value: string | readonly ValueUnit[]): boolean {
  const characters = [...value];
  let unit = 0;
  let position = 0;
  let star: { unit: number; position: number } | undefined;
  while (position < characters.length) {
    const expected = pattern[unit];
    if (isWildcard(expected, '*')) {
      star = { unit, position };
      unit += 1;
    } else if (isWildcard(expected, '?') || isCharacter(expected, characters[position])) {
      unit += 1;
      position += 1;
    } else if (star) {
      star.position += 1;
      unit = star.unit + 1;
      position = star.position;
    } else {
      return false;
    }
  }
  return pattern.slice(unit).every((rest) => isWildcard(rest, '*'));
}

/** The pattern as text, wildcards written as themselves: for operators that give them no meaning. */
export function literalText(pattern: Pattern): string {
  return pattern.map((unit) => (typeof unit === 'string' ? unit : unit.wildcard)).join('');
}

/** Splits at `:` into exactly `parts` parts; the last keeps the remaining colons. Undefined when there are fewer. */
export function splitAtColons(pattern: Pattern, parts: number): readonly Pattern[] | undefined {
  const split: PatternUnit[][] = [[]];
  for (const unit of pattern) {
    if (unit === ':' && split.length < parts) split.push([]);
    else split.at(-1)?.push(unit);
  }
  return split.length === parts ? split : undefined;
}

function isCharacter(expected: PatternUnit | undefined, unit: ValueUnit | undefined): boolean {
  if (typeof unit !== 'object') return expected === unit;
  return typeof expected === 'string' && unit.test(expected);
}

function isWildcard(unit: PatternUnit | undefined, wildcard: '*' | '?'): boolean {
  return typeof unit === 'object' && unit.wildcard === wildcard;
}
