# The same commands as package.json, for those who type make.
.PHONY: demo test install build dev lint bench fuzz clean
demo: ; npm run demo
test: ; npm test
install: ; bash scripts/setup.sh
build: install ; npm run build
dev: install ; npm run dev
lint: install ; npm run lint
bench: install ; npm run bench
fuzz: install ; npm run fuzz
clean: ; rm -rf build dist .cache coverage test/fixtures/generated demo-farm
