/** What is wrong with a well-formed template that CloudFormation, or a reader of the stack, would find out later. */
import { problem } from '../errors/catalogue.ts';
import type { Place, Problem } from '../errors/problem.ts';
import { missingNames } from './missing-names.ts';
import { resourceCycle } from './resource-cycle.ts';
import { shownSecrets } from './shown-secrets.ts';
import type { Template, TemplatePath } from './template.ts';
import { type KnownTypes, unknownTypes } from './unknown-types.ts';

export function templateProblems(
  template: Template,
  known: KnownTypes,
  placeOf: (path: TemplatePath) => Place,
): Problem[] {
  const at = (path: TemplatePath): Place => ({
    ...placeOf(path),
    pointer: path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    ...(path[0] === 'Resources' ? { resource: String(path[1]) } : {}),
  });
  const cycle = resourceCycle(template);
  return [
    ...unknownTypes(template, known).map(({ path, ...facts }) => problem('TYPE_UNKNOWN', facts, at(path))),
    ...missingNames(template).map(({ path, ...facts }) => problem('NAME_UNKNOWN', facts, at(path))),
    ...(cycle === undefined ? [] : [problem('RESOURCE_CYCLE', { names: cycle }, at(['Resources', String(cycle[0])]))]),
    ...shownSecrets(template).map(({ path, ...facts }) => problem('NOECHO_OUTPUT', facts, at(path))),
  ];
}
