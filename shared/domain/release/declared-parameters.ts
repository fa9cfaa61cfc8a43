/** What a template says about its parameters. */
import { isNoEcho, type Template } from '../template/template.ts';
import type { DeclaredParameter } from './release.ts';

/** The declared parameters as the release keeps them, by name. */
export function declaredParameters(template: Template): DeclaredParameter[] {
  return Object.entries(template.Parameters ?? {})
    .map(([name, declaration]) => ({
      name,
      type: declaration.Type,
      noEcho: isNoEcho(declaration),
      ...(declaration.Default === undefined ? {} : { default: String(declaration.Default) }),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
