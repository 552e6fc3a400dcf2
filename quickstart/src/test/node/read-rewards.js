// Reads a topic from the beginning with kafkajs and its registry client, and prints each value as a line of JSON.
// Usage: node read-rewards.js BROKER REGISTRY TOPIC COUNT
const { Kafka, logLevel } = require('kafkajs');
const { SchemaRegistry } = require('@kafkajs/confluent-schema-registry');

const [broker, registryUrl, topic, count] = process.argv.slice(2);

async function main() {
  const registry = new SchemaRegistry({ host: registryUrl });
  const kafka = new Kafka({ clientId: 'interoperability', brokers: [broker], logLevel: logLevel.ERROR });
  const consumer = kafka.consumer({ groupId: `interoperability-${process.pid}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let seen = 0;
  await new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`only ${seen} of ${count} records came`)), 90_000).unref();
    consumer.run({
      eachMessage: async ({ message }) => {
        try {
          const value = await registry.decode(message.value);
          const text = JSON.stringify({ key: message.key.toString(), value },
            (name, field) => (typeof field === 'bigint' ? field.toString() : field));
          console.log(text);
          seen += 1;
          if (seen >= Number(count)) resolve();
        } catch (error) {
          reject(error);
        }
      },
    });
  });
  await consumer.disconnect();
}

main().then(() => process.exit(0), (error) => {
  console.error(error.message);
  process.exit(1);
});
