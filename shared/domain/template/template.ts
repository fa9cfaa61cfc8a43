/** A CloudFormation template as plain JSON data, every intrinsic function in its long form. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type JsonObject = { [key: string]: Json };

export interface Template {
  readonly AWSTemplateFormatVersion?: string;
  readonly Description?: string;
  readonly Metadata?: JsonObject;
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Rules?: JsonObject;
  readonly Mappings?: Readonly<Record<string, Record<string, Record<string, Json>>>>;
  readonly Conditions?: JsonObject;
  readonly Transform?: Json;
  readonly Hooks?: JsonObject;
  readonly Globals?: JsonObject;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
}

export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: string | number | boolean;
  readonly AllowedValues?: readonly (string | number | boolean)[];
  readonly AllowedPattern?: string;
  readonly ConstraintDescription?: string;
  readonly Description?: string;
  readonly MinLength?: number | string;
  readonly MaxLength?: number | string;
  readonly MinValue?: number | string;
  readonly MaxValue?: number | string;
  readonly NoEcho?: boolean | string;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: JsonObject;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  /** A policy name. An intrinsic function only where AWS::LanguageExtensions is declared. */
  readonly DeletionPolicy?: Json;
  readonly UpdateReplacePolicy?: Json;
  readonly Metadata?: JsonObject;
  readonly CreationPolicy?: JsonObject;
  readonly UpdatePolicy?: JsonObject;
}

export interface TemplateOutput {
  readonly Value: Json;
  readonly Description?: string;
  readonly Condition?: string;
  readonly Export?: { readonly Name: Json };
}

/** Something wrong with a template, and the path of the member it is wrong at. */
export interface TemplateFault {
  readonly message: string;
  readonly path: TemplatePath;
}

/** Keys and list indexes from the root, in the long form of the template. */
export type TemplatePath = readonly (string | number)[];

/** NoEcho may be written as a boolean or as text. */
export function isNoEcho({ NoEcho }: Pick<TemplateParameter, 'NoEcho'>): boolean {
  return String(NoEcho).toLowerCase() === 'true';
}

/** The macros a template declares, in order. */
export function transformsOf(template: Template): string[] {
  const declared = template.Transform ?? [];
  return (Array.isArray(declared) ? declared : [declared]).map((transform) =>
    typeof transform === 'string' ? transform : JSON.stringify(transform),
  );
}

/** A member of an object by a name from a template: `constructor` and the like are no members unless they are written there. */
export function memberOf<Member>(
  members: Readonly<Record<string, Member>> | undefined,
  name: string,
): Member | undefined {
  return members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
