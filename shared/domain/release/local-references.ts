/** Finds what a template takes from the folder it lies in, as `aws cloudformation package` does. */
import { isObject, type Json, type Template, type TemplatePath } from '../template/template.ts';

/**
 * How a property is rewritten: as members naming bucket and key, or as the URL of the object.
 * `template` is a nested template, packaged itself before its URL is put in.
 */
type ReferenceForm =
  | { readonly kind: 'members'; readonly bucket: string; readonly key: string; readonly zip: boolean }
  | { readonly kind: 's3-url' }
  | { readonly kind: 'template' };

export interface LocalReference {
  readonly resource: string;
  readonly type: string;
  /** From the template's root to the property. */
  readonly path: TemplatePath;
  /** As written: relative to the template's folder. */
  readonly file: string;
  readonly form: ReferenceForm;
}

const zipped: ReferenceForm = { kind: 'members', bucket: 'S3Bucket', key: 'S3Key', zip: true };
const samZipped: ReferenceForm = { kind: 'members', bucket: 'Bucket', key: 'Key', zip: true };
const document: ReferenceForm = { kind: 'members', bucket: 'Bucket', key: 'Key', zip: false };
const url: ReferenceForm = { kind: 's3-url' };
const nested: ReferenceForm = { kind: 'template' };

/** AWS CLI Command Reference, `cloudformation package`: the properties that may name a local file or folder. */
const packageable: readonly (readonly [type: string, property: readonly string[], form: ReferenceForm])[] = [
  ['AWS::Lambda::Function', ['Code'], zipped],
  ['AWS::Lambda::LayerVersion', ['Content'], zipped],
  ['AWS::CloudFormation::Stack', ['TemplateURL'], nested],
  ['AWS::StepFunctions::StateMachine', ['DefinitionS3Location'], document],
  ['AWS::ApiGateway::RestApi', ['BodyS3Location'], document],
  ['AWS::ApiGatewayV2::Api', ['BodyS3Location'], document],
  ['AWS::AppSync::GraphQLSchema', ['DefinitionS3Location'], url],
  ['AWS::AppSync::Resolver', ['CodeS3Location'], url],
  ['AWS::AppSync::Resolver', ['RequestMappingTemplateS3Location'], url],
  ['AWS::AppSync::Resolver', ['ResponseMappingTemplateS3Location'], url],
  ['AWS::AppSync::FunctionConfiguration', ['CodeS3Location'], url],
  ['AWS::AppSync::FunctionConfiguration', ['RequestMappingTemplateS3Location'], url],
  ['AWS::AppSync::FunctionConfiguration', ['ResponseMappingTemplateS3Location'], url],
  ['AWS::Glue::Job', ['Command', 'ScriptLocation'], url],
  ['AWS::ElasticBeanstalk::ApplicationVersion', ['SourceBundle'], zipped],
  ['AWS::Serverless::Function', ['CodeUri'], samZipped],
  ['AWS::Serverless::LayerVersion', ['ContentUri'], samZipped],
  ['AWS::Serverless::Api', ['DefinitionUri'], document],
  ['AWS::Serverless::HttpApi', ['DefinitionUri'], document],
  ['AWS::Serverless::StateMachine', ['DefinitionUri'], document],
];

/** Every property of the template whose value is a path. What is already an S3 or web address, or computed, is left alone. */
export function localReferences(template: Template): LocalReference[] {
  return Object.entries(template.Resources).flatMap(([resource, { Type: type, Properties: properties = {} }]) =>
    packageable.flatMap(([ofType, property, form]) => {
      const file = ofType === type ? memberAt(properties, property) : undefined;
      if (typeof file !== 'string' || /^\w+:\/\//.test(file)) return [];
      return [{ resource, type, path: ['Resources', resource, 'Properties', ...property], file, form }];
    }),
  );
}

function memberAt(properties: Json, property: readonly string[]): Json | undefined {
  return property.reduce<Json | undefined>((value, name) => (isObject(value) ? value[name] : undefined), properties);
}
