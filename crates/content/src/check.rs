//! Which expressions and statements a template may hold.
//!
//! The engine's steps bound its time, but one step can double a text. So whatever could grow a value by itself is refused
//! when the template is published, with a word on what to write instead; what remains can make a value only as long as
//! the data and the template together, times the operators of one expression.

use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, Stmt, UnaryOpKind};
use minijinja::machinery::{Span, Token, parse, tokenize};
use minijinja::syntax::SyntaxConfig;

use crate::render::filters;

/// Operators that join texts or lists in one expression. Reason: each adds its operands' length.
const JOINS_MAX: usize = 16;
/// Words and signs of one expression. Reason: each can be a level, down which the engine goes by calling itself.
const WORDS_MAX: usize = 400;
/// Statements within statements; each `elif` is one more, because it stands in the other branch of what is before it.
const DEPTH_MAX: usize = 100;
/// Mistakes that are told. Reason: those beyond say nothing new.
const TOLD_MAX: usize = 50;

/// Checks a template's syntax and rules; gives the mistakes with their offsets, up to [`TOLD_MAX`].
pub(crate) fn check(source: &str) -> Vec<(usize, String)> {
    // First, because the parser calls itself for each level.
    if let Some(mistake) = too_deep(source) {
        return vec![mistake];
    }
    match parse(source, "", SyntaxConfig::default()) {
        Ok(root) => {
            let mut check = Check { mistakes: Vec::new(), joins: 0 };
            check.statement(&root);
            check.mistakes
        }
        Err(error) => {
            let line = error.line().unwrap_or(1);
            let offset = source.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
            vec![(offset, error.detail().unwrap_or("this cannot be read").to_owned())]
        }
    }
}

/// The first expression that is too long, or statement that is too deep, as the parser's own reader of words sees them.
fn too_deep(source: &str) -> Option<(usize, String)> {
    let (mut words, mut depth, mut starts) = (0, 0, false);
    // Of each statement that is open: how many levels it takes.
    let mut open: Vec<usize> = Vec::new();
    // What cannot be read ends it: the parser tells of that.
    for (token, span) in tokenize(source, false, SyntaxConfig::default()).map_while(Result::ok) {
        let offset = span.start_offset as usize;
        match token {
            Token::VariableStart | Token::BlockStart => words = 0,
            Token::Ident("if" | "for" | "with") if starts => {
                open.push(1);
                depth += 1;
            }
            Token::Ident("elif") if starts => {
                if let Some(levels) = open.last_mut() {
                    *levels += 1;
                    depth += 1;
                }
            }
            Token::Ident("endif" | "endfor" | "endwith") if starts => depth -= open.pop().unwrap_or(0),
            _ => {}
        }
        starts = matches!(token, Token::BlockStart);
        words += 1;
        if words > WORDS_MAX {
            return Some((offset, format!("more than {WORDS_MAX} words and signs in one expression")));
        }
        if depth > DEPTH_MAX {
            return Some((offset, format!("statements are nested deeper than {DEPTH_MAX}")));
        }
    }
    None
}

struct Check {
    mistakes: Vec<(usize, String)>,
    joins: usize,
}

/// What is done with an expression's value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// It is written, compared or asked for.
    Passing,
    /// A name stands for it: it may be used many times.
    Named,
}

impl Check {
    fn mistake(&mut self, span: Span, reason: impl Into<String>) {
        if self.mistakes.len() < TOLD_MAX {
            self.mistakes.push((span.start_offset as usize, reason.into()));
        }
    }

    fn statements(&mut self, statements: &[Stmt<'_>]) {
        statements.iter().for_each(|statement| self.statement(statement));
    }

    fn statement(&mut self, statement: &Stmt<'_>) {
        match statement {
            Stmt::Template(template) => self.statements(&template.children),
            Stmt::EmitExpr(emit) => self.whole(&emit.expr, Use::Passing),
            Stmt::EmitRaw(_) => {}
            Stmt::ForLoop(each) => {
                if each.recursive {
                    self.mistake(each.span(), "recursive loops do not exist here");
                }
                self.whole(&each.iter, Use::Named);
                each.filter_expr.iter().for_each(|filter| self.whole(filter, Use::Passing));
                self.statements(&each.body);
                self.statements(&each.else_body);
            }
            Stmt::IfCond(condition) => {
                self.whole(&condition.expr, Use::Passing);
                self.statements(&condition.true_body);
                self.statements(&condition.false_body);
            }
            Stmt::WithBlock(with) => {
                with.assignments.iter().for_each(|(_, value)| self.whole(value, Use::Named));
                self.statements(&with.body);
            }
            Stmt::Set(set) => self.whole(&set.expr, Use::Named),
            Stmt::SetBlock(block) => self.mistake(block.span(), "set needs a value: {% set name = … %}"),
            Stmt::AutoEscape(block) => {
                self.mistake(block.span(), "autoescape is always on: use the filter safe")
            }
            Stmt::FilterBlock(block) => self.mistake(block.span(), "filter blocks do not exist here"),
            Stmt::Do(block) => self.mistake(block.span(), "do does not exist here"),
        }
    }

    fn whole(&mut self, expr: &Expr<'_>, used: Use) {
        self.joins = 0;
        self.expr(expr, used);
        if self.joins > JOINS_MAX {
            self.mistake(expr.span(), format!("more than {JOINS_MAX} texts are joined in one expression"));
        }
    }

    fn expr(&mut self, expr: &Expr<'_>, used: Use) {
        match expr {
            Expr::Var(_) | Expr::Const(_) => {}
            Expr::Slice(slice) => {
                self.expr(&slice.expr, used);
                [&slice.start, &slice.stop, &slice.step]
                    .into_iter()
                    .flatten()
                    .for_each(|part| self.expr(part, used));
            }
            Expr::UnaryOp(unary) => self.expr(&unary.expr, used),
            Expr::BinOp(op) => {
                self.operator(expr, used);
                self.expr(&op.left, used);
                self.expr(&op.right, used);
            }
            Expr::Compare(compare) => {
                self.expr(&compare.expr, Use::Passing);
                compare.ops.iter().for_each(|op| self.expr(&op.expr, Use::Passing));
            }
            Expr::IfExpr(choice) => {
                self.expr(&choice.test_expr, Use::Passing);
                self.expr(&choice.true_expr, used);
                choice.false_expr.iter().for_each(|other| self.expr(other, used));
            }
            Expr::Filter(filter) => {
                if !filters::exists(filter.name) {
                    self.mistake(filter.span(), format!("there is no filter {}", filter.name));
                }
                filter.expr.iter().for_each(|value| self.expr(value, used));
                self.arguments(&filter.args, used);
            }
            Expr::Test(test) => {
                self.expr(&test.expr, Use::Passing);
                self.arguments(&test.args, Use::Passing);
            }
            Expr::GetAttr(get) => self.expr(&get.expr, used),
            Expr::GetItem(get) => {
                self.expr(&get.expr, used);
                self.expr(&get.subscript_expr, Use::Passing);
            }
            Expr::Call(call) => {
                let known = matches!(&call.expr, Expr::Var(name) if filters::is_function(name.id));
                if !known {
                    self.mistake(call.span(), "only range() and concat() can be called");
                }
                self.arguments(&call.args, used);
            }
            Expr::List(list) => self.literal(expr, list.items.iter(), used),
            Expr::Tuple(tuple) => self.literal(expr, tuple.items.iter(), used),
            Expr::Map(map) => self.literal(expr, map.keys.iter().chain(&map.values), used),
        }
    }

    fn arguments(&mut self, arguments: &[CallArg<'_>], used: Use) {
        for argument in arguments {
            match argument {
                CallArg::Pos(value) | CallArg::Kwarg(_, value) => self.expr(value, used),
                CallArg::PosSplat(value) | CallArg::KwargSplat(value) => {
                    self.mistake(value.span(), "arguments cannot be spread");
                }
            }
        }
    }

    /// A named list that holds a named list twice would double with every name.
    fn literal<'e, 'a: 'e>(&mut self, expr: &Expr<'_>, items: impl Iterator<Item = &'e Expr<'a>>, used: Use) {
        for item in items {
            if used == Use::Named && !is_constant(item) {
                return self.mistake(expr.span(), "a list or map that gets a name holds constants only");
            }
            self.expr(item, used);
        }
    }

    fn operator(&mut self, expr: &Expr<'_>, used: Use) {
        let Expr::BinOp(op) = expr else { return };
        let (left, right) = (is_number(&op.left), is_number(&op.right));
        match op.op {
            BinOpKind::Mul if !(left && right) => {
                self.mistake(
                    expr.span(),
                    "* is for numbers: write a|float * b|float where they are variables",
                );
            }
            BinOpKind::Add if !(left || right) => self.join(expr, used),
            BinOpKind::Concat => self.join(expr, used),
            BinOpKind::Pow => self.mistake(expr.span(), "** does not exist here"),
            _ => {}
        }
    }

    fn join(&mut self, expr: &Expr<'_>, used: Use) {
        self.joins += 1;
        if used == Use::Named {
            let why = "what gets a name is joined with concat(a, b); for sums write a|float + b|float";
            self.mistake(expr.span(), why);
        }
    }
}

fn is_constant(expr: &Expr<'_>) -> bool {
    match expr {
        Expr::Const(_) => true,
        Expr::List(list) => list.items.iter().all(is_constant),
        Expr::Tuple(tuple) => tuple.items.iter().all(is_constant),
        Expr::Map(map) => map.keys.iter().chain(&map.values).all(is_constant),
        _ => false,
    }
}

/// Whether an expression gives a number or fails.
fn is_number(expr: &Expr<'_>) -> bool {
    match expr {
        Expr::Const(value) => value.value.is_number(),
        Expr::UnaryOp(unary) => matches!(unary.op, UnaryOpKind::Neg),
        Expr::BinOp(op) => match op.op {
            BinOpKind::Sub | BinOpKind::Div | BinOpKind::FloorDiv | BinOpKind::Rem => true,
            BinOpKind::Add => is_number(&op.left) || is_number(&op.right),
            BinOpKind::Mul => is_number(&op.left) && is_number(&op.right),
            _ => false,
        },
        // With arguments, int and float may give their default, whatever that is.
        Expr::Filter(filter) => match filter.name {
            "int" | "float" => filter.args.is_empty(),
            "length" | "count" | "round" | "abs" => true,
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mail_needs_is_allowed() {
        for source in [
            "{{ a ~ b ~ 'c' }}{{ first + ' ' + last }}",
            "{% set total = price|float * 3 + shipping|float %}{{ total - 1 }}",
            "{% set url = concat(base, '/x') %}",
            "{% for x in items|selectattr('paid')|sort(attribute='n') if x.y > 2 %}{{ loop.index|int * 2 }}{% else %}-{% endfor %}",
            "{% with a = b[0].c, d = ['x', 1] %}{{ d|join(', ') }}{{ [a, d]|length }}{% endwith %}",
            "{% if x is defined and y is not none and z in ['a'] %}{{ 'a' if b else c }}{% endif %}",
            "{% for n in range(3) %}{{ n + 1 }}{% endfor %}",
        ] {
            assert_eq!(check(source), [], "{source}");
        }
    }

    #[test]
    fn what_could_grow_without_bound_is_refused() {
        let joined = format!("{{{{ a{} }}}}", " ~ a".repeat(17));
        for source in [
            "{% set a = a ~ a %}",
            "{% set a = a + a %}",
            "x{{ a * 1000 }}",
            "{{ 'x' * 10 }}",
            "{{ 2 ** 2 }}",
            "{{ x|int('a') * 2 }}",
            "{{ loop.index * 2 }}",
            "{% set a = [a, a] %}",
            "{% for x in [[a]] %}{% endfor %}",
            "{% with a = {'x': a} %}{% endwith %}",
            "{% set a = b|default([a, a]) %}",
            "{% set a %}x{% endset %}",
            "{% filter upper %}x{% endfilter %}",
            "{% autoescape false %}x{% endautoescape %}",
            "{% for x in y recursive %}{% endfor %}",
            "{{ x.pop() }}",
            "{{ namespace(a=1) }}",
            "{{ lipsum() }}",
            "{{ debug() }}",
            "{{ x|pprint }}",
            "{{ x|inner_sort }}",
            "{{ concat(*x) }}",
            &joined,
        ] {
            let mistakes = check(source);
            assert!(!mistakes.is_empty(), "{source}");
        }
    }

    #[test]
    fn a_syntax_error_has_its_place() {
        assert_eq!(check("a\n\n{% if %}")[0].0, 3);
        assert_eq!(check("a\n{{ x ** 2 }}")[0].0, 5);
    }

    /// A tree that is too deep would not be an error but the end of the process: its stack is full.
    #[test]
    fn no_expression_or_statement_fills_the_stack() {
        let around = |before: &str, n: usize, after: &str| {
            format!("{{{{ {}x{} }}}}", before.repeat(n), after.repeat(n))
        };
        let signs = [
            ("", ".a"),
            ("", "[0]"),
            ("", "|e"),
            ("", "-1"),
            ("", " and x"),
            ("", " is true"),
            ("", " if x else x"),
            ("", "(1)"),
            ("", "<1"),
            ("-", ""),
            ("not ", ""),
            ("(", ")"),
            ("[", "]"),
            ("{1:", "}"),
            ("e(", ")"),
        ];
        for (before, after) in signs {
            assert_eq!(check(&around(before, 50_000, after)).len(), 1, "{before} {after}");
            // What is just allowed is gone through as well, there and where it is made ready.
            drop(check(&around(before, WORDS_MAX / 4, after)));
            drop(
                minijinja::Environment::empty().add_template_owned("x", around(before, WORDS_MAX / 4, after)),
            );
        }
        let elif = |n| format!("{{% if x %}}{}{{% endif %}}", "{% elif x %}".repeat(n));
        assert_eq!(check(&elif(DEPTH_MAX - 1)), []);
        assert_eq!(check(&elif(40_000)).len(), 1);
        assert_eq!(check(&"{% if x %}".repeat(100_000)).len(), 1);
        assert_eq!(check(&"{{ a ** b }}".repeat(10_000)).len(), TOLD_MAX);
    }
}
