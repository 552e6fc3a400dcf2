// Reads files of YAML documents and holds each document against the JSON schema that its maker publishes. Prints what does not fit;
// the last line says how many were held against a schema, of which kinds.
'use strict';
const fs = require('fs');
const path = require('path');
const yaml = require('js-yaml');
const Ajv = require('ajv');
const addFormats = require('ajv-formats');

const groups = [
  ['keda.sh/', '@kubernetes-models/keda'],
  ['monitoring.coreos.com/', '@kubernetes-models/prometheus-operator'],
  ['', 'kubernetes-models'],
];

// Of Strimzi's resources no schema is published here: Java types hold them.
function kubernetes(document) {
  const [, module] = groups.find(([prefix]) => document.apiVersion.startsWith(prefix));
  const folder = path.join(__dirname, 'node_modules', module, document.apiVersion);
  if (!fs.existsSync(folder)) return false;
  const Type = require(path.join(folder, 'index.js'))[document.kind];
  if (!Type) throw new Error('no such kind');
  new Type(document).validate();
  return true;
}

function asyncapi(document) {
  const schema = JSON.parse(
    fs.readFileSync(path.join(__dirname, 'node_modules/@asyncapi/specs/schemas', document.asyncapi + '.json')));
  const ajv = new Ajv({strict: false, unicodeRegExp: false});
  addFormats(ajv);
  const draft = 'http://json-schema.org/draft-07/schema';
  if (schema.definitions[draft]) delete schema.definitions[draft];
  const validate = ajv.compile(schema);
  if (!validate(document)) throw new Error(ajv.errorsText(validate.errors));
  return true;
}

const held = {};
let wrong = 0;
for (const file of process.argv.slice(2)) {
  for (const document of yaml.loadAll(fs.readFileSync(file, 'utf8')).filter(Boolean)) {
    const kind = document.asyncapi ? 'AsyncAPI' : document.kind;
    try {
      if (document.asyncapi ? asyncapi(document) : kubernetes(document)) held[kind] = (held[kind] || 0) + 1;
    } catch (error) {
      wrong++;
      console.log(`${path.basename(file)}: ${kind} ${document.metadata ? document.metadata.name : ''}: ${error.message}`);
    }
  }
}
console.log(JSON.stringify(held));
process.exitCode = wrong ? 1 : 0;
