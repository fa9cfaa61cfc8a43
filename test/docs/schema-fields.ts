/** The fields of a JSON schema, for pages that list them. */

export interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly enum?: readonly string[];
}

/** Every leaf with its path; maps of free names are leaves. */
export function fieldsIn({ properties = {}, required = [] }: Shape, path = ''): [string, string][] {
  return Object.entries(properties).flatMap(([name, member]): [string, string][] => {
    const here = `${path}${name}`;
    if (member.properties !== undefined) return fieldsIn(member, `${here}.`);
    if (member.items?.properties !== undefined) return fieldsIn(member.items, `${here}[].`);
    return [[here, required.includes(name) ? 'yes' : 'no']];
  });
}

/** Every value of every enumeration. */
export function enumeratedIn(shape: Shape): string[] {
  const below = [...Object.values(shape.properties ?? {}), ...(shape.items === undefined ? [] : [shape.items])];
  return [...(shape.enum ?? []), ...below.flatMap(enumeratedIn)];
}
