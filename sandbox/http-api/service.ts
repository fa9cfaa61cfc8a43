import type { Service } from '../kernel.ts';
import { invokeApi } from './invoke-api.ts';
import { apiProvider, authorizerProvider, integrationProvider, routeProvider, stageProvider } from './providers.ts';

/** HTTP APIs of API Gateway, as far as functions behind IAM or a JWT authorizer need them. */
export const httpApiService: Service = {
  name: 'execute-api',
  operations: { Invoke: invokeApi },
  jobs: {},
  providers: {
    'AWS::ApiGatewayV2::Api': apiProvider,
    'AWS::ApiGatewayV2::Stage': stageProvider,
    'AWS::ApiGatewayV2::Route': routeProvider,
    'AWS::ApiGatewayV2::Integration': integrationProvider,
    'AWS::ApiGatewayV2::Authorizer': authorizerProvider,
  },
};
