/** The resources a template declares, and what one resource says about itself. */
import { isObject, type Json, type JsonObject, type TemplatePath } from '../template/template.ts';

export interface DeclaredResource {
  /** As written; inside Fn::ForEach it still holds the loop's variable. */
  readonly id: string;
  readonly path: TemplatePath;
  /** Absent where the template does not say it in plain text. */
  readonly type?: string;
  /** Empty where they are absent or computed. */
  readonly properties: JsonObject;
  readonly declaration: Json;
}

/** Every entry of `Resources`. The bodies of Fn::ForEach count once, as they are written. */
export function declaredResources(template: JsonObject): DeclaredResource[] {
  const resources = template['Resources'];
  return isObject(resources) ? membersOf(resources, ['Resources']) : [];
}

/** Whether Fn::ForEach (AWS::LanguageExtensions) would put something else in this text's place: `${Name}` or `&{Name}`. */
function isComposed(text: string): boolean {
  return /[$&]\{/.test(text);
}

function membersOf(members: JsonObject, path: TemplatePath): DeclaredResource[] {
  return Object.entries(members).flatMap(([id, declaration]) => {
    const at = [...path, id];
    const body = loopBody(id, declaration);
    return body ? membersOf(body, [...at, 2]) : [declared(id, declaration, at)];
  });
}

/** `Fn::ForEach::Name: [identifier, collection, { key: value }]` (User Guide, "Fn::ForEach"). */
function loopBody(id: string, declaration: Json): JsonObject | undefined {
  const body = id.startsWith('Fn::ForEach::') && Array.isArray(declaration) ? declaration[2] : undefined;
  return isObject(body) ? body : undefined;
}

function declared(id: string, declaration: Json, path: TemplatePath): DeclaredResource {
  const { Type: type, Properties: properties } = isObject(declaration) ? declaration : {};
  return {
    id,
    path,
    ...(typeof type === 'string' && !isComposed(type) && !hasComputedMembers(declaration) ? { type } : {}),
    properties: isObject(properties) ? properties : {},
    declaration,
  };
}

/** Fn::ForEach or Fn::Transform in the place of a member could write another type than the one that stands there. */
function hasComputedMembers(declaration: Json): boolean {
  return isObject(declaration) && Object.keys(declaration).some((name) => name.startsWith('Fn::'));
}
