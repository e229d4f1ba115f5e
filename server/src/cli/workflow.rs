//! `tandem workflow`: look at workflows as they are written, before they are in any project. Needs no server and no database.

use std::{
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use tandem_domain::{
    agreement::Standard,
    expression::Shape,
    workflow::{Flow, Workflow, WorkflowError, unused},
};

#[derive(Debug, Subcommand)]
pub enum Asked {
    /// Say everything that is wrong with workflows, each with its place
    Check(Files),
    /// Print the statechart a workflow becomes, as XState v5 has it
    Statechart(File),
}

#[derive(Debug, Args)]
pub struct Files {
    /// JSON or XML; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct File {
    /// JSON or XML; `-` is standard input
    file: PathBuf,
}

pub fn run(asked: &Asked) -> anyhow::Result<ExitCode> {
    match asked {
        Asked::Check(Files { files }) => check(files),
        Asked::Statechart(File { file }) => {
            let flow = compile(&text(file)?).with_context(|| format!("{} is no workflow", file.display()))?;
            // Long, so perhaps piped into something that reads its beginning only.
            writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&flow.definition)?)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn check(files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    for file in files {
        match compile(&text(file)?) {
            Ok(flow) => println!("{}: {}, {} steps, sound", file.display(), flow.workflow.id, flow.workflow.steps.len()),
            Err(error) => {
                code = ExitCode::FAILURE;
                told(&error).iter().for_each(|line| eprintln!("{}: {line}", file.display()));
            }
        }
    }
    Ok(code)
}

fn compile(text: &str) -> Result<Flow, WorkflowError> {
    let workflow = if text.trim_start().starts_with('<') { Workflow::from_xml(text) } else { Workflow::from_json(text) };
    // What the tasks will look like is not known here, so what conditions ask of them is not looked at.
    let workflow = workflow?;
    let unused = unused(&workflow);
    if unused.is_empty() { Flow::compile(workflow, &Shape::Any, &Standard) } else { Err(WorkflowError::Problems(unused)) }
}

fn told(error: &WorkflowError) -> Vec<String> {
    match error {
        WorkflowError::Problems(problems) => problems.iter().map(ToString::to_string).collect(),
        other => vec![other.to_string()],
    }
}

fn text(file: &Path) -> anyhow::Result<String> {
    if file != Path::new("-") {
        return std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()));
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
    Ok(text)
}
