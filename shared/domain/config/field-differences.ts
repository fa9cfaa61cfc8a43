/** What differs between two versions of a document, field by field. */

export interface FieldDifference {
  /** `selector.environments`, `changeGates[0].action`. */
  readonly field: string;
  /** The value as JSON; absent where there is none. */
  readonly before?: string;
  readonly after?: string;
}

/** Every field whose value differs, in the order of the fields; `before` undefined for a new document. Maps and lists are compared member by member. */
export function fieldDifferences(before: unknown, after: unknown, field = ''): FieldDifference[] {
  if (isBranch(before) && isBranch(after) && Array.isArray(before) === Array.isArray(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => fieldDifferences(before[name], after[name], below(field, name, after)));
  }
  const [was, is] = [text(before), text(after)];
  if (was === is) return [];
  return [{ field, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) }];
}

type Branch = Readonly<Record<string, unknown>>;

function isBranch(value: unknown): value is Branch {
  return typeof value === 'object' && value !== null;
}

function below(field: string, name: string, parent: unknown): string {
  if (Array.isArray(parent)) return `${field}[${name}]`;
  return field === '' ? name : `${field}.${name}`;
}

/** Members in one order, so that spelling is no difference. */
function text(value: unknown): string | undefined {
  return value === undefined
    ? undefined
    : JSON.stringify(value, (_, member) => (isMap(member) ? sorted(member) : member));
}

function isMap(value: unknown): value is Branch {
  return isBranch(value) && !Array.isArray(value);
}

function sorted(map: Branch): Branch {
  const names = Object.keys(map).sort();
  return Object.fromEntries(names.map((name) => [name, map[name]]));
}
