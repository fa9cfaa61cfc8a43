/** Tests never reach a network or the machine's own AWS configuration. */
import 'aws-sdk-client-mock-vitest/extend';

process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
process.env['AWS_CONFIG_FILE'] = '/dev/null';
process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/dev/null';
