/** Outputs that show what a NoEcho parameter hides. */
import { namedIn } from './named.ts';
import { isNoEcho, type Json, type Template, type TemplatePath } from './template.ts';

interface ShownSecret {
  readonly output: string;
  readonly parameter: string;
  readonly path: TemplatePath;
}

/** CloudFormation masks NoEcho values, but not in outputs (User Guide, "Parameters", NoEcho): whoever may describe the stack reads them. */
export function shownSecrets({ Parameters = {}, Outputs = {} }: Template): ShownSecret[] {
  const secret = Object.entries(Parameters).flatMap(([name, declared]) => (isNoEcho(declared) ? [name] : []));
  return Object.entries(Outputs).flatMap(([output, declared]) =>
    namedIn(declared as unknown as Json, ['Outputs', output])
      .filter(({ name, attribute }) => !attribute && secret.includes(name))
      .map(({ name, path }) => ({ output, parameter: name, path })),
  );
}
