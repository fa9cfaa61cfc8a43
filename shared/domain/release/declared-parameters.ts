/** What a template says about its parameters. */
import type { Template, TemplateParameter } from '../template/template.ts';
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

/** NoEcho may be written as a boolean or as text. */
export function isNoEcho(declaration: TemplateParameter): boolean {
  return String(declaration.NoEcho).toLowerCase() === 'true';
}
