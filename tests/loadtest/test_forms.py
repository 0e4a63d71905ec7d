"""Forms are filled in as a person would."""

from loadtest.forms import fill

PAGE = """
<form action="/search"><input name="q"></form>
<form method="post" action="/checkout">
  <input type="hidden" name="key" value="k-1"><input type="email" name="email" required>
  <input type="text" name="name"><input type="submit" name="go" value="Buy"><input type="text">
</form>
"""


def test_hidden_fields_are_kept_and_empty_ones_typed_into() -> None:
    """What the page gave is sent back, what it asks for is typed; buttons and nameless fields are not sent."""
    assert fill(PAGE, "/checkout") == {"key": "k-1", "email": "visitor@example.com", "name": "A Visitor"}


def test_a_page_without_the_form_has_nothing_to_fill_in() -> None:
    """An error page is no empty form."""
    assert fill("<h1>Service unavailable</h1>", "/checkout") is None
