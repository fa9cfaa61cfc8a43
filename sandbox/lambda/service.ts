import type { Service } from '../kernel.ts';
import { eventJob } from './event-invocation.ts';
import { functionProvider } from './function-provider.ts';
import { getFunction } from './get-function.ts';
import { invokeOperation } from './invoke.ts';
import { permissionProvider } from './permission-provider.ts';
import { functionsFolder } from './registry.ts';
import { aliasProvider, eventInvokeConfigProvider, versionProvider } from './version-providers.ts';

/** Lambda whose own functions are the bundles in `folder`. */
export function lambdaServiceOver(folder: string): Service {
  return {
    name: 'lambda',
    operations: { Invoke: invokeOperation(folder), GetFunction: getFunction },
    jobs: { event: eventJob(folder) },
    providers: {
      'AWS::Lambda::Function': functionProvider,
      'AWS::Lambda::Permission': permissionProvider,
      'AWS::Lambda::Version': versionProvider,
      'AWS::Lambda::Alias': aliasProvider,
      'AWS::Lambda::EventInvokeConfig': eventInvokeConfigProvider,
    },
  };
}

export const lambdaService: Service = lambdaServiceOver(functionsFolder);
