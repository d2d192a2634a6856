#!/usr/bin/env bash
# Reads a folder into a collection and searches it, with curl alone. The service must allow the folder:
#
#   TRIBUTARY_FILE_ROOTS=/srv/notes npm start
#   TRIBUTARY_API_KEY=trib_… examples/first-five-minutes.sh /srv/notes "how do we deploy"
set -euo pipefail
folder=${1:?folder} query=${2:?query}
api=${TRIBUTARY_URL:-http://127.0.0.1:8787}

call() { curl --silent --show-error --fail-with-body -H "x-api-key: $TRIBUTARY_API_KEY" -H 'content-type: application/json' "$@"; }
field() { node -p "JSON.parse(require('fs').readFileSync(0, 'utf8'))$1"; }

collection=$(call "$api/v1/collections" -d '{"name": "Notes"}' | field .readable_id)
echo "collection: $collection"

id=$(call "$api/v1/source-connections" -d '{
  "short_name": "files",
  "readable_collection_id": "'"$collection"'",
  "config": {"path": "'"$folder"'", "include": ["**/*.md"]}
}' | field .id)
echo "source connection: $id"

job=$(call "$api/v1/source-connections/$id/jobs?limit=1" | field '[0].id')
call --no-buffer "$api/v1/sync/job/$job/subscribe" | grep --line-buffered '^data:'

call "$api/v1/collections/$collection/search/instant" -d '{"query": "'"$query"'", "limit": 3}' |
  field '.results.map((hit) => hit.name + "  " + hit.web_url).join("\n")'
